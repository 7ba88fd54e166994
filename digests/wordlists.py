"""English words the chunker stops at: function words, adverbs, times and the verbs that news is written in."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """The words of a text set out for reading."""
    return frozenset(text.split())


DETERMINERS = words_of(
    "the a an its his her their our your my this these that those some any every each no another both"
)
TIMES = words_of(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september"
    " october november december today yesterday tomorrow tonight year years month months week weeks day days "
    "hour hours"
    " minute minutes morning afternoon evening night weekend decade decades century spring summer autumn winter "
    "time times"
    " season seasons quarter quarters moment gmt am pm noon midnight mr mrs ms dr sir lord late early mid "
    "first second third last next"
)
FUNCTION_WORDS = DETERMINERS | words_of(
    "i you he she it we they me him us them mine yours hers ours theirs myself yourself himself herself itself "
    "ourselves"
    " themselves who whom whose which what where when why how there here and or but nor so yet if because "
    "although though"
    " while whereas unless until till since before after as than then that whether of in on at by for with from "
    "to into onto"
    " upon over under above below between among against during without within through throughout across along "
    "around about"
    " toward towards behind beyond near off out up down per via despite amid following including like unlike "
    "except besides"
    " is are was were be been being am do does did done has have had having will would shall should can could "
    "may might must"
    " ought need not n't isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't wouldn't "
    "can't couldn't"
    " it's he's she's they're we're i'm you're that's there's what's let's i've we've they've you've i'd he'd "
    "she'd they'd i'll"
    " he'll she'll it'll we'll they'll cannot all most many much more less few fewer several own such same "
    "other others one two"
    " three four five six seven eight nine ten eleven twelve hundred thousand million billion trillion percent "
    "pct dozen half"
    " something anything nothing everything someone anyone everyone nobody somebody anybody everybody thing "
    "things way lot lots"
    " bit kind sort part ago due thanks according respectively rather regarding concerning given plus versus vs "
    "etc yes no ok"
    " either neither enough able unable likely unlikely set ready worth whose mr. instead"
)
ADVERBS = words_of(
    "also just only even still again already always never often sometimes soon now once twice ever too very "
    "quite almost"
    " nearly perhaps maybe however therefore thus hence meanwhile moreover furthermore otherwise else away back "
    "forward ahead"
    " together apart later earlier today well far further long longer least best better worse worst alone "
    "together abroad"
    " altogether indeed overall elsewhere nowadays afterwards alike recently early"
)
QUANTITIES = words_of(
    "hundreds thousands millions billions dozens scores tens majority number numbers handful series couple "
    "amount most"
    " range group groups lots plenty percentage cent half total part parts"
)
ORDINALS = words_of("first second third fourth fifth sixth seventh eighth ninth tenth")
NOUNS_IN_LY = words_of("family supply reply rally assembly ally monopoly july italy elderly anomaly butterfly weekly")
NOUNS_IN_ING = words_of(
    "banking bombing broadcasting building burning clothing drilling earning engineering farming filming finding"
    " fishing funding gambling gathering hearing helping holding housing killing lending listing logging "
    "manufacturing"
    " marketing meeting mining offering opening outsourcing parking planning policing polling pricing printing"
    " processing programming publishing ranking rating reading recycling rigging ruling saving screening sensing"
    " setting shipping shooting shopping sibling smuggling spending spring standing stabbing string swimming testing"
    " thing timing trading trafficking training understanding voting warming warning wedding wing writing king ring"
)
BARE_ADJECTIVES = words_of(
    "clear difficult different new old big small high low long short large great good bad strong weak free full "
    "main major"
    " hard easy open close certain sure ready happy sad true false early late young current recent former key "
    "top final"
    " important possible impossible similar public private national local global international political "
    "economic social"
    " much-needed own same other right wrong poor rich dead alive aware safe fair simple complete total entire whole"
    " keen poised upbeat hopeful desperate determined wary delighted set eager"
    " best worst better worse bigger biggest larger largest higher highest lower lowest latest earliest "
    "popular famous"
)
INSTITUTIONS = words_of(
    "act agreement award awards ballot bank bill bridge championship championships committee conference congress "
    "council coalition cup deal debate election elections festival fund games grid group initiative inquiry "
    "law league "
    "line marathon office open pact parliament party plan project prize programme program reform report river scheme "
    "series show strategy strike study summit survey talks test tour treaty trial trust union vote war"
)
"""Last words of capitalised runs that name more than a person or a place."""
_BASES = (
    "say tell ask add claim argue warn note insist admit deny confirm announce report reveal suggest believe "
    "think know expect"
    " hope want plan seek try fail aim agree refuse decide intend promise vow urge call describe explain show "
    "see look seem"
    " appear become remain stay keep hold take make get give go come put bring send leave let begin start "
    "continue stop end"
    " finish happen occur follow lead run move turn grow rise fall drop increase decrease decline gain lose win "
    "beat defeat"
    " play score hit meet face pay buy sell spend earn save cost raise cut reduce lift boost help allow enable "
    "prevent avoid"
    " force require include involve contain cover carry provide offer serve use create build develop produce "
    "design launch"
    " introduce release publish open close join form set hand pass reach exceed pull push draw throw catch "
    "arrest charge"
    " accuse sentence jail kill injure die hurt attack strike hunt search find discover identify consider "
    "regard treat view"
    " support oppose back criticise criticize condemn attack praise welcome reject accept approve block ban "
    "vote elect appoint"
    " name replace resign retire quit return arrive enter visit travel head break hear feel fear worry threaten "
    "mean represent"
    " reflect indicate signal estimate predict forecast compare differ depend rely base relate link connect tie "
    "lie sit stand"
    " live work act write read speak talk discuss negotiate sign deal manage handle control own belong share "
    "receive obtain"
    " acquire achieve complete prepare protect defend fight struggle suffer recover survive affect impact "
    "influence shape drive"
    " fuel spark trigger cause result prove ensure maintain sustain extend expand widen shift change alter "
    "improve worsen solve"
    " address tackle focus concentrate represent rank rate rule order demand apply appeal sue file launch "
    "pursue chase track"
    " watch monitor test check measure count total average mark celebrate host attend miss skip lack cross slip "
    "slide soar plunge"
    " surge jump climb ease slow speed halt delay suspend cancel postpone resume restore rebuild remove "
    "withdraw pull scrap dump"
    " add blame thank trust doubt question concede acknowledge stress emphasise emphasize underline highlight "
    "point cite quote"
    " assert shorten lengthen eat drink burn feed expire outnumber outlaw refer mention comment respond reply react "
    "answer learn teach train study "
    "understand recognise recognize "
    "realise realize"
    " remember forget recall choose pick select prefer tend arise emerge deliver ship export import trade "
    "invest fund"
    " finance borrow lend owe cope vary date steer bring swap streak hand stream pitch look opt dub hail oust "
    "mull eye grip hold "
    "disrupt hamper ravage curb snub slam unveil woo weigh grapple defy assassinate pelt revive invoke "
    "scoop tout foil fend mishandle dodge protest rally clash "
    "pose propose impose dispose compose oversee undergo regain retain reclaim rejoin reopen rethink uphold "
    "overturn underpin outline approach loom batter mourn "
    "await brace speculate cheat feature sound portray slump dip peak"
)
_IRREGULAR = (
    "ate eaten burnt fed said told thought knew seen saw shown kept held took taken made got gotten gave given "
    "went gone came "
    "brought sent left"
    " began begun led ran grew grown rose risen fell fallen lost won beaten met paid bought sold spent cut put "
    "set drew drawn"
    " threw thrown caught struck found understood stood sat lay lain lived wrote written read spoke spoken "
    "dealt fought broke"
    " broken heard felt meant built became become chose chosen drove driven shut hit hurt let cost quit slid "
    "stuck sought"
    " taught sank sunk swung tore torn wore worn woke won forgot forgotten forced based due set says does goes "
    "has was were"
)
_NOUNS_TOO = words_of(
    "plan plans report reports claim claims call calls hope hopes fear fears cost costs rise fall drop increase "
    "decrease decline"
    " gain loss deal deals trade work force forces force change changes support attack attacks strike strikes "
    "vote votes rule"
    " rules order orders demand demands appeal test tests study studies result results end start move moves "
    "play visit return"
    " cut cuts ban control offer offers launch release impact influence share shares fund funds finance point "
    "points question"
    " answer threat view views rate rates charge charges battle fight talk talks focus level look head heads "
    "ship ships film"
    " act acts trial search import imports export exports design drive growth boost link links cause causes "
    "name names play"
    " measure measures count track tracks watch cover ease trust doubt signal signals forecast forecasts "
    "estimate estimates"
    " record records market markets head hand hands match win wins defeat score scores goal point mark marks "
    "sentence run"
    " fuel fire challenge challenges delay delays speed surge plunge jump slide total average request post "
    "review train "
    "back order protest protests rally rallies clash clashes struggle struggles slump dip peak decline fear"
)


def _inflected(verb: str) -> tuple[str, ...]:
    stem = verb[:-1] if verb.endswith("e") else verb
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        third, past = verb[:-1] + "ies", verb[:-1] + "ied"
        return verb, third, past, verb + "ing"
    doubled = verb + verb[-1]
    return verb, third, stem + "ed", stem + "ing", doubled + "ed", doubled + "ing"


_ALL_VERBS = frozenset(form for verb in _BASES.split() for form in _inflected(verb)) | words_of(_IRREGULAR)
VERBS = _ALL_VERBS - _NOUNS_TOO
VERBS_AND_NOUNS = _ALL_VERBS & _NOUNS_TOO
TELLING_VERBS = _ALL_VERBS | words_of(
    "is are was were be been am being do did done had have having will would can could may might must should shall "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't wouldn't can't couldn't shouldn't "
    "it's he's she's they're we're i'm you're that's there's what's let's i've we've they've i'd he'd she'd "
    "i'll he'll "
    "she'll fled swept wept slept crept leapt dug hung bred spun stung swore froze shook shrank bore bound sped spat "
    "split spread cast burst bet shed rid upset hid bit blew flew swam rang sang drank sprang slung clung "
    "flung strode "
    "shone n't 's 're 've 'll"
)
"""Words one of which a sentence has, or one that ends as verbs do."""
