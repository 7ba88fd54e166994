"""What an English noun names: something that pushes or is open (a force: a shortage, a dispute, a plan), a person, or
nothing in particular; and which prepositions tie such a noun to what it is about ("demand for steel").
"""

from __future__ import annotations

import re

from digests.letters import Remembered
from digests.wordlists import words_of

WEAK = words_of(
    "numerous huge massive enormous expected unexpected controversial imminent potential possible impressive "
    "positive negative expanded fresh big bigger biggest good great bad high higher highest low lower lowest "
    "record full annual monthly weekly daily quarterly whole entire long short strong weak vast significant "
    "successful popular famous typical usual normal usually proper real true alleged reported so-called much-needed "
    "long-awaited much-loved so-so old older young younger poor rich large larger largest small smaller smallest "
    "little tiny nice happy sad clear serious severe major minor key main important leading top best worst better "
    "worse final overall current recent previous former past present coming upcoming ongoing different same similar "
    "multiple various several many certain particular special latest further extra additional simple complete "
    "disappointing surprising stunning dramatic shock sharp steep considerable substantial respective existing "
    "landmark own initial eventual last-minute well-known local ordinary increasing growing rising falling "
    "deep heavy tough intense wide open own memorable brilliant excellent perfect superb magnificent outstanding "
    "fine fantastic remarkable prestigious inevitable total familiar heartfelt highly deserved solid "
    "original unsuccessful devastating impending sensitive wild informal agreed-to desperate downward upward "
    "specific predetermined anticipated concerted zero direct loved lousy exact straight stiff fierce "
    "impossible broad limited acceptable faultless reasonable fair unfair "
    "insufficient sufficient cheap "
    "expensive self-sustaining spiralling mutual missed controlling golden "
    "busiest earliest biggest finest proudest boldest broader wider stronger closer greater tighter tougher deeper "
    "faster slower easier harder likely such immediate urgent alternative individual single double lone "
    "separate slight necessary preliminary long-time longtime maximum minimum polite generic "
)
"""Adjectives that weigh or date a thing without saying what it is: no phrase begins with one."""
FIXED = {
    "current": words_of("account accounts"),
    "high": words_of("street court school schools commission seas"),
    "higher": words_of("education"),
    "further": words_of("education"),
    "real": words_of("estate"),
    "heavy": words_of("industry metal"),
    "small": words_of("business businesses firms"),
    "old": words_of("age"),
    "low": words_of("cost"),
    "full": words_of("employment"),
    "strong": words_of("dollar euro pound yen"),
    "weak": words_of("dollar euro pound yen"),
    "special": words_of("needs effects"),
    "open": words_of("source"),
    "poor": words_of("countries nations"),
    "rich": words_of("countries nations"),
    "fair": words_of("trade trial"),
    "major": words_of("league"),
    "golden": words_of("goal"),
}
"""What such an adjective makes one thing with."""
_FORCES = words_of(
    "abuse accident accord accusation action advance advice aid aim allegation alliance ambition anger appeal "
    "appetite approach approval argument arms arrest asset attack attempt austerity autonomy backlash bail "
    "bailout ballot "
    "ban bankruptcy barrier battle benefit bid bidding bill blockade blow bond bonus boom boost border "
    "boycott breach "
    "breakdown "
    "budget burden campaign cap capacity case cash ceasefire challenge change charge claim clash climate "
    "closure coal "
    "code "
    "collapse commitment competition complaint compromise concern concession condition conflict confidence "
    "constraint "
    "consumption contest contract controversy conviction corruption cost coup coverage crackdown credit crime crisis "
    "criticism cull currency curb cut cutback damage danger deadline deadlock deal death debate debt "
    "decision decline "
    "deficit defeat delay demand demonstration deposit detention dialogue difficulty dilemma disagreement disaster "
    "discipline discontent discount discrimination disease dispute dissent diversity divide dividend divorce doubt "
    "downturn drive drop drought drug duty earnings earthquake economy effort election embargo emission energy "
    "enquiry epidemic "
    "equity error estimate evidence exchange exclusion exodus expectation expenditure expense export "
    "exposure failure "
    "fall famine fare fear fee feud fight fine fishery flaw flood flow forecast fraud freedom fuel fund funding fury "
    "gain gap gas glut goal grant grievance growth guarantee guideline harm hardship hate hatred health hike holding "
    "hope hostility "
    "hunger impact impasse import incentive income increase independence industry inflation influence infighting "
    "infrastructure "
    "inquest inquiry insurance interest intervention invasion investment investigation issue job jump justice "
    "kidnapping killing labour labor lack landslide "
    "law lawsuit leak legacy legislation levy liability liberty licence license limit loan lobby lockout "
    "loss loyalty "
    "majority "
    "mandate manifesto market measure merger migration mining mistake mistrust momentum monopoly moratorium mortgage "
    "movement murder negotiation nomination obstacle offence offense offer opposition order outage outbreak outcry "
    "outlook "
    "output overhaul ownership pact panic patent pay payment payout peace penalty pension permit petition phase "
    "piracy plan pledge plight policy poll pollution poverty power powers precedent premium pressure price principle "
    "privacy "
    "privatisation privatization problem process production profit programme program prohibition project promise "
    "proposal prosecution prospect protection protest provision purchase push quota quotas race racism raid rain "
    "rally rate rates reaction rebellion rebound recession reconciliation record recovery redundancy referendum "
    "reform refusal regime regulation relations relationship relief reluctance repair report reprisal reputation "
    "rescue research resentment reserves reshuffle resignation resistance resource restraint restriction result "
    "retirement return revenue reverse review revolt right rights rise risk rivalry row rule ruling rumour rumor "
    "safeguard safety sale sales "
    "sanction saving savings scandal scheme scrutiny search secrecy security setback settlement share shares shift "
    "shortage shortfall showdown shutdown siege slowdown slump solution speculation spending squeeze stake stalemate "
    "standoff status stimulus stock stocks strategy strength strike struggle subsidy success "
    "succession suit "
    "suicide supply support surge surplus surveillance survival suspension suspicion takeover talks target tariff "
    "task tax taxes taxation tensions tension terror terrorism test testing theft threat timetable toll trade "
    "traffic transfer transition treatment treaty trend trial trouble truce trust turmoil turnaround turnout unease "
    "unemployment unrest upheaval uprising vaccine verdict veto victory violence visit vote voting wage wages war "
    "warming "
    "warning waste weakness weather welfare withdrawal work workload worry yield rumours barriers "
    "ambitions prospects finances exports injury injuries fitness form comeback rehabilitation selection "
    "eligibility preparation preparations qualification qualifier relegation promotion rebuilding "
    "censorship copyright royalties nominations nomination audience audiences box-office broadband spam "
    "virus viruses spyware fraudsters outsourcing lending borrowing hiring recycling rationing smuggling trafficking "
    "planning training schooling parking housing banking shipping lobbying policing offending drinking "
    "smoking gambling "
    "scare audit theory career package talk revival success sweep sector finding tour level data zone "
    "network pipeline plant quake tremor storm tsunami hospital "
    "hospitals schools homes rent rents mortgage "
    "antibiotics bacteria prescription technology broadcasting pay-tv electricity water steel wheat cocoa "
    "coffee sugar "
    "oil crude downloads downloading filesharing file-sharing encryption hacking logging fishing farming "
    "whaling drilling "
    "refining processing publishing pricing"
)
"""Nouns in the singular (or only in use so) that name a force, a course of things or an open question."""
_MADE = (
    "tion",
    "sion",
    "ment",
    "ance",
    "ence",
    "ency",
    "ancy",
    "ity",
    "ism",
    "ship",
    "acy",
    "ery",
)
_MADE_OTHERWISE = words_of(
    "government parliament department apartment monument document instrument element moment garment comment "
    "accompaniment statement "
    "audience conference sentence fence science experience absence presence essence instance distance entrance "
    "substance ambulance performance appearance insurance romance finance dance chance balance glance "
    "city university celebrity community authority charity facility identity entity utility obscurity "
    "capability curiosity vicinity locality nationality university majority "
    "minority quantity quality personality priority opportunity activity ability deity "
    "station nation section question position location portion version mission passion television pension "
    "session profession edition addition occasion mention attention million billion nation option fashion "
    "direction function tradition generation organisation organization association foundation institution "
    "corporation administration delegation population congregation constitution collection exhibition attraction "
    "publication description explanation conversation impression destination illustration presentation "
    "championship membership township battleship internship agency currency emergency constituency presidency "
    "tournament battery gallery cemetery grocery surgery mystery delivery gallery nursery artery lottery brewery "
    "winery embassy democracy pharmacy legacy organism tourism journalism mechanism criticism optimism"
)
_GATHERED = words_of(
    "president leader leaders manager director correspondent adviser economist analyst analysts doctor writer "
    "author expert experts head secretary minister ministers chief judge judges officer officers police lawyer "
    "lawyers prosecutor prosecutors senator senators lawmaker lawmakers coach player players actor actress singer "
    "suspect suspects killer victim victims boy girl man woman teenager student students teacher teachers farmers "
    "employees shareholders investors commentators "
    "ambassador spokesperson drivers ally "
    "authorities officials police team teams side club clubs squad party parties company firm union unions army "
    "troops forces group crowd public critics supporters opponents fans viewers voters consumers customers families "
    "relatives friends colleagues neighbours neighbors children child baby babies kids youngsters pupils passengers "
    "residents citizens migrants refugees immigrants workers staff crew guests bosses constables owners "
    "buyers sellers "
    "people heads detainees prisoners inmates juror jurors mps peers lords ministers candidates delegates star stars "
    "hero heroes idol legend comics singers artists musicians actors directors producers contestants finalists "
    "winners losers champions rivals opponents sprinters athletes runners swimmers boxers couple couples "
    "duo trio pair "
    "twins guy guys lady ladies gentleman gentlemen wife husband mother father son daughter brother sister mum dad "
    "parent parents aunt uncle cousin king queen prince princess duke sultan pope bishop priest giant giants "
    "suitor suitors tycoon mogul magnate contender favourite favorite veteran newcomer debutant hopeful hopefuls "
    "outfit body bodies firms partner partners nominee nominees creditors lenders insurers regulators watchdog "
    "agents soldiers fighters aide aides driver drivers "
    "executive executives candidate candidates truant truants hooligan hooligans thief thieves crook pirate pirates "
    "captain skipper prop hooker flanker winger striker keeper kicker goalkeeper midfielder defender forward forwards "
    "half-back fly-half scrum-half lock centre wing full-back seed"
)
_VAGUE = words_of(
    "one ones number numbers thing things matter matters fact facts idea ideas detail details aspect aspects area "
    "areas circumstances "
    "case point points place places name names term terms stage stages step steps piece pieces note notes "
    "word words times lot rest bit front home turn list lists look kind sort example examples role event events "
    "item items occasion decade start finish end beginning middle lows highs figure figures "
    "contribution pursuit absence presence performance performances extent sense signs sign manner context "
    "light terms stuff success successes works work works interest interests account accounts basis effect order "
    "addition chance chances spot move moves"
)
_PREFIXES = words_of("pre post anti pro non inter mid multi")
"""What makes an adjective of a noun: "pre-election campaigning"."""
_SINGULAR = re.compile(r"(?<=[^s])s$")


def _singular(low: str) -> str:
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("sses", "ches", "shes", "xes")):
        return low[:-2]
    return _SINGULAR.sub("", low)


def _is_force(low: str) -> bool:
    before, _, low = low.rpartition("-")
    one = _singular(low)
    if low in _GATHERED or low in _VAGUE or before in _PREFIXES:
        return False
    if low in _FORCES or one in _FORCES:
        return True
    return len(one) > 6 and one.endswith(_MADE) and one not in _MADE_OTHERWISE


def _is_person(low: str) -> bool:
    """By lists and by what the names of those who do something end with."""
    one = _singular(low)
    if low in _GATHERED or one in _GATHERED:
        return True
    return one.endswith(
        ("man", "men", "woman", "women", "ist", "ian", "eer", "ee", "maker", "worker", "owner", "holder")
    )


FORCE = Remembered(_is_force)
"""Whether a noun in small letters names a force, a course of things or an open question."""
PERSON = Remembered(_is_person)
"""Whether it names those who act."""
VAGUE = _VAGUE
TIED: dict[str, frozenset[str]] = {
    "of": words_of(
        "abuse accusation accusations allegation allegations charge charges collapse cost costs danger dangers death "
        "deaths effects fear fears fraud growth halving impact lack loss losses murder murders price prices reform "
        "reforms risk risks sale sales shortage shortages spread supply supplies threat threats use wave breach "
        "breaches review revival rise fall decline end theft failure closure cut return recovery protection "
        "suspension "
        "ban surge rate rates rights volume wave waves weakness strength quality burden pace prospect prospects "
        "expansion extension privatisation privatization introduction abolition withdrawal"
    ),
    "for": words_of(
        "demand appetite support calls campaign bid funding fund funds compensation plan plans target "
        "targets prospects "
        "outlook responsibility search race quotas rules penalties penalty punishment subsidies hopes threshold "
        "need case aid relief provision preparations"
    ),
    "in": words_of(
        "rise fall drop increase decrease decline growth slump surge jump cut cuts change changes interest "
        "investment confidence reduction slowdown improvement recovery collapse losses stake role part involvement "
        "crisis boom shortfall"
    ),
    "on": words_of(
        "ban pressure impact curbs limit limits restrictions crackdown attack attacks tax taxes debate talks vote "
        "dependence reliance spending focus effect effects ruling sanctions strain duty duties tariffs cap"
    ),
    "over": words_of(
        "row dispute concern concerns fears debate talks anger controversy battle fight doubts worries uncertainty "
        "control feud quarrel"
    ),
    "to": words_of(
        "opposition threat threats damage access resistance response reaction return changes change objections "
        "aid challenge harm appeal"
    ),
    "against": words_of(
        "protest protests campaign case charges action lawsuit fight war sanctions discrimination "
        "allegations evidence "
        "complaint complaints appeal battle crime crimes demonstration demonstrations"
    ),
    "about": words_of("concern concerns fears worries doubts debate questions rumours uncertainty row complaints"),
    "between": words_of("talks tension tensions war conflict relations rivalry dispute gap trade"),
    "with": words_of("talks dispute war ties relations links trade merger negotiations deal"),
    "from": words_of("pressure competition profits revenue revenues income imports earnings threat"),
}
"""By preposition, the nouns that it ties to what they are about."""
