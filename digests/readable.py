"""Rule 7 of the format as a machine can check it: does a printed sentence read on its own? Decides nothing, only says.

`problems` looks at one text, `digest_problems` at everything a digest prints.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from digests.held import ANYTHING, Held, holds
from digests.letters import Letters, typed
from digests.model import Digest, Point, Text
from digests.quotations import first_person, half_quoted, speakerless
from digests.wording import ANY, ASKS, POINTS, SELF, SHOWS, SIGNS, TURNS, VERB, WIDE, said, words_in
from digests.wordlists import TELLING_VERBS, words_of

DANGLING: dict[str, re.Pattern[str]] = {
    "ja": re.compile(
        r"(?:これ|それ|あれ|ここ|そこ|この(?!ほど|たび|まま)|その(?!後の)|あの|こう(?:した|いった|し)|そう(?:した|いった|し)|こんな|そんな"
        r"|彼(?!岸|方)|彼女|同(?!時|様|意|盟|性|僚|志|情|感|窓|居|棲|期|級|行|伴|調|等|一|数|額|点|士)[一-鿿ァ-ヶ]"
        r"|[^。、「]{1,6}(?:それ(?=[がをにはも])|これ(?=[がをにはも])|その(?!後|日|まま|他|ほか|もの))|[^。、「]{0,10}(?:両(?:氏|者|国|社)|同(?:氏|社|国|誌|紙|容疑者))(?:は|が|の|に|を|で|と|も)"
        r"|[^。、「]{0,14}(?<![一-鿿])同(?:大|大学|校|院|市|町|村|県|州|区|省|庁|局|署|党|団体|病院|研究所)(?:は|が|の|に|を|で|と|も)"
        r"|(?:[\d０-９一二三四五六七八九十数]+人(?:とも)?|男|女|男性|女性|少年|少女|容疑者|被害者|本人|会長|社長|監督|首相|大統領|知事|市長|町長|選手|氏|ふたり|二人|全員|残り|もう[一1]人)(?:は|が|も|の|に)"
        r"|[^。、「]{0,12}(?:上記|前述|上述|次の(?:広い|通り|とおり|よう)|以下の(?:通り|とおり|よう))"
        r"|[^。「」]{1,40}によ(?:ると|れば)、?(?:そ(?:の|れ|こ)|こ(?:の|れ|こ)|同(?:氏|社|国|署|校|店|病院|容疑者|市|県|州|町|村|選手|日)"
        r"|[\d０-９一二三四五六七八九十数]+人(?:とも)?(?:は|が)|両(?:氏|者|国|社|チーム)|彼(?!岸|方))"
        r"|[^。、「]{1,6}この(?!ほど|たび|まま|世|ごろ|頃|手の)|他の|別の|当日|翌(?:[朝日々年週月春夏秋冬\d])|前日(?!本)|残[るり]|もう[一1](?:つ|方)"
        r"|[^。、「]{0,14}(?<![一-鿿])同(?:選手|監督|球場|作品|番組|制度|事件|事故|機|船|列車|店|法|条例|計画|会場|地|地区|課|線|園|館|寺|神社|候補|議員|被告|委員会|協会|連盟|機構|財団|工場|施設|公園|チーム|クラブ|球団|大会|戦)(?:は|が|の|に|を|で|と|も)"
        r"|両(?:氏|者|国|社|紙|誌|船|チーム|党|院|県|市|首脳)|同じ|[一-鿿]{2,4}(?:した|された)[\d０-９]+人(?:は|が|も)|当該|前述|上記|前者|後者|いずれも|どちらも|うち|以上|以下)"
    ),
    "en": re.compile(
        r"(?:Whether|Whatever|If|Until|Unless|What|How|Once) (?:it|its|he|she|they|his|her|their|this|that|these)\b|"
        r"(?!When|As |If|While|Because|Although|Though|Since|After|Before|The )[A-Z][\w'’ -]{1,28}, (?:he|she"
        r"|they|it|his|her|their)\b"
        r"|(?:In|At|On|During|By|From|For|After|Before|Since|Under|With|Of|Despite|Within) (?:the same|that|those"
        r"|(?:this|these) (?!week|month|year|season|summer|winter|spring|autumn|morning|afternoon|evening|decade))\b"
        r"|[A-Z]\w+(?:ed|ing)\b[^,“\"]{0,80}, (?:he|she|it|they|his|her|their|its)\b"
        r"|[A-Z][a-z]+ (?:[a-z]+ ){0,3}(?:him|them)\b|At the time\b|By then\b|In (?:response|return)\b"
        r"|(?:[A-Z]\w+ )?(?:hour|day|week|month|year|decade)s? (?:later|earlier)\b"
        r"|[A-Z]\w+(?: \w+){0,4} (?:those|these) \w+s\b(?! (?:who|that|of|in|with|from|to))"
        r"|(?:After|Before|By|Despite|During|For|From|In|On|Since|When|While|With|Without) [^,A-Z]{3,80}, "
        r"(?:he|she|they|his|her|their|this (?:is|was|has|will|would)|it (?!is |was |has been |will be ))\b"
        r"|(?:With|Given) [^,]{3,90}, (?:this|that) (?:is|was|has|will|would|could|may)\b"
        r"|(?:All|Any|Few|Half|Many|Most|Much|None|Part|Several|Some) of (?:that|this|those|these|them)\b|None more\b"
        r"|[A-Z][^,“\"]{2,60}, (?:those|these|such) [a-z]+(?: [a-z]+)? (?:are|were|have|had|is|has|was|will)\b"
        r"|The (?:first|last|most recent) (?:was|were|is|are|came)\b|The (?:one|only) (?:possible )?exception\b"
        r"|The spokes(?:wo)?man\b(?! (?:for|of|at|from))"
        r"|[A-Z](?=.*, (?:he|she|they|it) (?:said|says|added|told|explained|insisted|warned|claimed|argued|noted"
        r"|admitted|predicted|stressed|suggested)\.?$)"
        r"|[\"“‘'(]?(?:It|Its|It[’']s|He|His|He[’'](?:s|d|ll)|She|Her|She[’'](?:s|d|ll)|They|Their|They[’'](?:re|ve|d|ll)|Them|This|That|That[’']s|These"
        r"|Those|Such|Both|Neither|Either|Some of them|One of them|Here|There|The (?:latter|former|same|two"
        r"|pair|trio|duo|other|others|second|third)"
        r"|Others?|Another|Each|Similar|Doing so|If so|So|Thus|Hence|Which|Who|Nor|Then|Instead|Otherwise|Likewise"
        r"|Asked|Speaking|Earlier|Later|The (?:following|next|previous) (?:day|year|month|week|night)|The "
        r"latest|The (?:move|pair))\b(?! is no\b| are no\b)"
    ),
    "fr": re.compile(
        r"[«\"“ ]*(?:Il|Elle|Ils|Elles|Ce|Cela|Ceci|Cet|Cette|Ces|Celui|Celle|Ceux|C[’']est|Son|Sa|Ses"
        r"|Leurs?)\b(?! y a)"
    ),
    "es": re.compile(
        r"[«\"“ ]*(?:Él|Ella|Ellos|Ellas|Esto|Este|Esta|Estos|Estas|Ese|Esa|Eso|Su|Sus|Ambos|Ambas|Dich[oa]s?)\b"
    ),
    "pt": re.compile(r"[«\"“ ]*(?:Ele|Ela|Eles|Elas|Isto|Isso|Este|Esta|Estes|Estas|Esse|Essa|Seu|Sua|Ambos|Ambas)\b"),
    "it": re.compile(r"[«\"“ ]*(?:Egli|Lui|Lei|Loro|Essa|Esso|Questo|Questa|Questi|Queste|Quello|Ciò|Il suo|La sua)\b"),
    "de": re.compile(
        r"[„\"“ ]*(?:Er|Sie|Es|Dies|Dieser|Diese|Dieses|Ihr|Ihre|Sein|Seine|Das|Beide|Dabei|Damit|Dazu|Dafür)\b"
    ),
    "zh": re.compile(r"(?:他|她|它|这|這|该|該|此|其|那|两者|兩者)"),
    "ko": re.compile(r"(?:그는|그녀|그들|이는|이에|이것|그것|이를|이로|이 |그 )"),
    "vi": re.compile(r"(?:Ông ấy|Bà ấy|Anh ấy|Cô ấy|Nó|Họ|Điều này|Việc này|Ông này|Bà này|Người này)\b"),
}
CONNECTIVE: dict[str, re.Pattern[str]] = {
    "ja": re.compile(
        r"(?:しかしながら|しかし|一方で(?!は)|一方(?=、|，|,|(?!的|通行|向|当事者)[一-鿿ァ-ヶ]{2})|他方で?|また(?=[、，,\d０-９一-鿿ァ-ヶA-Za-zＡ-Ｚ「『])|さらに(?!は)|更に|なお(?=[、，,こ同「『\d]|[一-鿿ァ-ヶ]{2})|そして|ただし?(?=[、，,]|(?![一単今中者事])[一-鿿ァ-ヶ]{2})|だが|ところが"
        r"|それでも|加えて|そのうえ|その上(?=、)|その後|そこで|このため|そのため|したがって|従って|よって|つまり|すなわち|例えば|たとえば|実際(?=、)|ちなみに|(?:この|その)?(?:他|ほか)にも?(?=、)|このほか(?=、)"
        r"|特に(?=、)|とりわけ|同時に|および|及び|並びに|もっとも(?=、)|とはいえ|とは言え|むしろ|逆に|結局(?=、)|対照的に(?=、)|次に(?=、)|最後に(?=、)|まず(?=、)|だから|なので|ですが|でも(?=、)|けれども)"
        r"[、，,]?\s*"
    ),
    "en": re.compile(
        r"(?:However|But|And|Meanwhile|Also|Moreover|Furthermore|In addition|Still|Yet|Nevertheless|Nonetheless"
        r"|Indeed|Additionally|Finally|Besides"
        r"|At the same time|For example|For instance|On the other hand|In contrast|By contrast|In fact|As a "
        r"result|Therefore|Consequently|Separately|Elsewhere"
        r"|In the meantime|Or|Plus|Again|Similarly|Of course|Overall|In short|After all|That said|Even so)\b,?\s+"
    ),
    "fr": re.compile(
        r"(?:Mais|Et|Cependant|Toutefois|Néanmoins|Or|Donc|De plus|En outre|Par ailleurs|Ainsi|En effet"
        r"|Pourtant)\b,?\s+"
    ),
    "es": re.compile(
        r"(?:Pero|Y|Sin embargo|No obstante|Además|También|Por otra parte|Asimismo|Así|Mientras tanto|Por ello)\b,?\s+"
    ),
    "pt": re.compile(r"(?:Mas|E|No entanto|Porém|Contudo|Além disso|Também|Por outro lado|Assim|Enquanto isso)\b,?\s+"),
    "it": re.compile(r"(?:Ma|E|Tuttavia|Però|Inoltre|Anche|Intanto|Quindi|Così)\b,?\s+"),
    "de": re.compile(r"(?:Aber|Und|Jedoch|Doch|Außerdem|Zudem|Dennoch|Allerdings|Auch|Daher|Deshalb|Trotzdem)\b,?\s+"),
}
END = re.compile(r"[.!?。！？…‥؟।॥։။።៕۔｡)）\]」』”\"»’'】][\s\W]*$")
_STOPS = (".", "。", "!", "?", '"', "”", "」")
"""Ends that most sentences have."""
UNSTOPPED = frozenset({"th", "lo", "my", "km", "bo"})
"""Languages whose sentences need no mark at their end."""
BYLINE = re.compile(
    r"(?:^(?:By|BY|Von|Par|Por)\s+[A-Z][\w.'’-]+(?:\s+(?:and\s+)?[A-Z][\w.'’-]+){1,4}[\s.]*$|^(?:Reporting"
    r"|Writing|Editing|Additional reporting) by\b"
    r"|^\(?(?:Reporting|Editing) by|^[【(（]?(?:記者|取材・文|文・写真|執筆|筆者|構成|編集部)[：:／/=＝]"
    r"|^[^。]{0,12}記者\s*[】）)]?$|\bContact the author\b|^Op-Ed\b|\bis the author of\b|\bcontributed "
    r"(?:reporting|to this (?:report|article))\b)"
)
CAPTION = re.compile(
    r"(?:FILE PHOTO|REUTERS/|Getty Images|AFP PHOTO|AP Photo|^(?:Photo|Image|Picture|Video|Caption|Credit"
    r"|Source|Fichier photo)\s*[:：]|\bImage (?:copyright|caption|source)\b"
    r"|^[（(【]?(?:写真|画像|動画|図|資料写真|写真説明|提供|撮影)(?:[：:=＝／/】)）]|は[、，]|提供)|[=＝](?:.{0,20})(?:撮影|提供)[】)）]?[。]?$|＝写真)"
)
PROMPT = re.compile(
    r"(?:\b(?:click here|read more|sign up|subscribe (?:to|now)|follow us|share this|download (?:the|our) app"
    r"|scroll down|watch (?:the video|below|now)|find out more|see also|more on this story)\b"
    r"|こちらをクリック|続きを読む|詳しくはこちら|会員登録|メルマガ|シェアする|フォローし|この記事をシェア|関連記事|関連リンク|→|https?://\S+$)"
)
LINK_LIST = re.compile(
    r"[(（]\d{4}年\d{1,2}月\d{1,2}日[)）][。\s]*$|(?:[(（]\d{4}年\d{1,2}月\d{1,2}日[)）].*){2}|情報源としている|ウィキ(?:ペディア|ニュース|ソース)に.{0,60}(?:記事|ニュース|原文)があ"
)
LIST = re.compile(r"^[A-Z][^.:!?]{0,30}:\s+(?:[A-Z0-9][\w'’.&-]*(?:\s*\([^)]*\))?[,;:\s]*)+$")
"""A line-up or a table row: names and figures without a verb."""


LEAST_REPEATING, REPEATED = 60, 8
"""Characters of headlines run together at least, and of what they repeat."""
MORE_REPEATING = 250
"""Characters from which even what ends with a verb can be headlines with a sentence behind them."""
_VERB_LAST = re.compile(r"[たるいうくすつぬむ]。?$")
SENTENCE = 1000
"""Characters of a text that is likely to be asked for again."""
_BY = ("By", "BY")
_DOUBTFUL = TURNS | SIGNS | SHOWS | ASKS | WIDE
_SUSPECT = ("(", ":", "=", "＝", "→")
_IN_LINK_LIST = ("年", "ウィキ", "情報源")
_IN_PROMPT = (
    *("click here", "read more", "sign up", "subscribe", "follow us", "share this", "download", "scroll", "watch"),
    *("find out", "see also", "this story", "http"),
    *("→", "こちら", "続き", "登録", "メルマガ", "シェア", "フォロー", "関連"),
)
_IN_POINTING = (
    *(", he", ", she", ", they", ", it", ", hi", ", their", " him", " them", " those ", " these ", " later"),
    " earlier",
)
"""What the expressions above never do without: looked for first, for that takes less time."""
_HEAD = re.compile(r"\s*[\"“‘'(]?([A-Za-z]+)")
_CONNECTING = words_of(
    "However But And Meanwhile Also Moreover Furthermore In Still Yet Nevertheless Nonetheless Indeed Additionally "
    "Finally Besides At For On By As Therefore Consequently Separately Or Plus Again Similarly Of Overall After That "
    "Even Elsewhere"
)
_POINTING = words_of(
    "Whether Whatever If Until Unless What How Once In At On During By From For After Before Since Under With Of "
    "Despite Within It Its He His She Her They Their Them This That These Those Such Both Neither Either Some One Here "
    "There Others Other Another Each Similar Doing So Thus Hence Which Who Nor Then Instead Otherwise Likewise Asked "
    "Speaking Earlier Later All Any Few Half Many Most Much None Part Several When While Without Given"
)
_THE = (
    *(" latter", " former", " same", " two", " pair", " trio", " duo", " other", " second", " third", " following"),
    *(" next", " previous", " latest", " move", " spokes", " first", " last", " most", " on"),
)
"""First words of what the English expressions above are tried on, and what follows on `The` there."""
_ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_WORD = re.compile(r"\w")
_WORD_ONLY = Letters(None, "_")
_WORDS_AND_BREAKS = Letters(None, "_\n")


def squeezed(text: str) -> str:
    """The word characters alone, under NFKC: what makes two printed texts the same text."""
    return _remembered(text) if len(text) <= SENTENCE else _squeezed(text)


def squeezed_each(texts: Sequence[str]) -> list[str]:
    """`squeezed` of each text; where all is typed in ASCII, of all together. Line breaks stand in none of them."""
    joined = typed("\n".join(texts))
    if joined.isascii() and joined.count("\n") < len(texts):
        return _WORDS_AND_BREAKS.bare(joined).split("\n")
    return list(map(squeezed, texts))


def _squeezed(text: str) -> str:
    return _WORD_ONLY.bare(text if text.isascii() else unicodedata.normalize("NFKC", text))


_remembered = lru_cache(maxsize=1024)(_squeezed)


@lru_cache(maxsize=64)
def base(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


def dangles(text: str, language: str) -> bool:
    """Opens with a word that points back at something not in the text."""
    pattern = DANGLING.get(base(language))
    return bool(pattern and pattern.match(text.lstrip()))


def may_connect(text: str, language: str) -> bool:
    """False where the first word of a text is sure to be no connective."""
    if base(language) != "en":
        return True
    head = _HEAD.match(text)
    return head is not None and head[1] in _CONNECTING


def connects(text: str, language: str) -> bool:
    """Opens with a connective to a sentence that is not there."""
    pattern = CONNECTIVE.get(base(language))
    return bool(pattern and pattern.match(text.lstrip()))


def ends(text: str, language: str) -> bool:
    return text.endswith(_STOPS) or base(language) in UNSTOPPED or bool(END.search(text))


def repeats(text: str) -> bool:
    """Whether a Japanese text says the same words three times: headlines of related reports run together."""
    if not LEAST_REPEATING < len(text) < SENTENCE or (len(text) < MORE_REPEATING and _VERB_LAST.search(text)):
        return False
    runs = Counter(text[i : i + REPEATED] for i in range(len(text) - REPEATED))
    return max(runs.values()) >= 3


def verbless(text: str) -> bool:
    """Whether no word of an English text can be its verb: the rest of a sentence that a line break tore apart."""
    for match in _ENGLISH_WORD.finditer(text.replace("’", "'").lower()):
        word = match.group()
        if word in TELLING_VERBS or word.endswith(("ed", "'s", "'d", "'re")):
            return False
    return True


def problems(text: str, language: str, opening: bool) -> tuple[str, ...]:
    """`Lint.problems` of a text by itself."""
    return Lint(language, ANYTHING).problems(text, opening)


class Lint:
    """Looks at the texts of one article; what the whole of it lacks is looked for in none of them."""

    def __init__(self, language: str, seen: Held) -> None:
        self._language, self._held = language, seen
        self._english, self._japanese = base(language) == "en", base(language) == "ja"

    def problems(self, text: str, opening: bool, says: int | None = None) -> tuple[str, ...]:
        """What is wrong with a printed text, in words of one kind each. `opening`: it opens a section or stands alone;
        `says`: what the words of an English one say, where that was looked up already (`wording.said`)."""
        if says is None:
            says = said(words_in(text.lower())) if self._english else ANY & ~VERB
        found = self._in_opening(text, says) if opening else []
        return (*found, *self._anywhere(text, says))

    def is_fine(self, text: str, says: int) -> bool:
        """Whether an English sentence is sure to have nothing that is cut and nothing that is wrong: told sooner than
        what it has. `says`: what its words say."""
        if not self._english or says & _DOUBTFUL or not says & VERB or self._held.oddly_spaced:
            return False
        if not (text.endswith(".") and text[0].isalpha() and text[1:2].islower()) or holds(text, _SUSPECT):
            return False
        head = _HEAD.match(text)
        if head is None or head[1] in _CONNECTING or self._dangles(text, says):
            return False
        if says & SELF and first_person(text):
            return False
        return not (holds(text, self._held.quoting) and half_quoted(text, self._held.pairs))

    def _in_opening(self, text: str, says: int) -> list[str]:
        found = []
        if self._dangles(text, says):
            found.append("dangling")
        if may_connect(text, self._language) and connects(text, self._language):
            found.append("connective")
        if speakerless(text):
            found.append("quotation without speaker")
        if self._english and says & SELF and first_person(text):
            found.append("first person")
        if self._english and not says & VERB and verbless(text):
            found.append("no verb")
        if text.startswith("(") and text.endswith((")", ").")) and text.count("(") == 1:
            found.append("aside")
        return found

    def _anywhere(self, text: str, says: int) -> list[str]:
        seen, found = self._held, []
        if not (text[:1].isalnum() or _WORD.search(text) or squeezed(text)):
            found.append("empty")
        if holds(text, seen.quoting) and half_quoted(text, seen.pairs):
            found.append("half quotation")
        if (text.startswith(_BY) or says & (SIGNS | WIDE)) and BYLINE.search(text):
            found.append("byline")
        if (says & (SHOWS | WIDE) or "=" in text or "＝" in text) and CAPTION.search(text):
            found.append("caption")
        if self._japanese and repeats(text):
            found.append("headlines")
        if says & WIDE and holds(text, _IN_LINK_LIST) and LINK_LIST.search(text):
            found.append("link list")
        if ":" in text and LIST.match(text):
            found.append("list")
        if (says & (ASKS | WIDE) or "→" in text) and holds(low := text.lower(), _IN_PROMPT) and PROMPT.search(low):
            found.append("prompt")
        if not text.endswith(_STOPS) and not ends(text, self._language):
            found.append("no sentence end")
        return found

    def _dangles(self, text: str, says: int) -> bool:
        """`dangles`, tried on an English text only where its first word or a word inside it may point back."""
        if not self._english:
            return dangles(text, self._language)
        head = _HEAD.match(text)
        may = head and (head[1] in _POINTING or (head[1] == "The" and text.startswith(_THE, head.end())))
        return bool(may or (says & POINTS and holds(text, _IN_POINTING))) and dangles(text, "en")


def printed(digest: Digest) -> Iterator[tuple[str, bool, Text | Point]]:
    """Everything a digest prints of the article, in order: (part, opens its part, text). Honest lines are not
    among it."""
    for i, text in enumerate(digest.lead):
        yield "lead", i == 0, text
    for section in digest.sections:
        if not section.addressed:
            continue
        for i, text in enumerate(section.body):
            yield section.role, i == 0, text
        for point in section.points:
            yield section.role, True, point
        for text in section.closing:
            yield section.role, True, text
    for i, text in enumerate(digest.conclusion):
        yield "conclusion", i == 0, text


def digest_problems(digest: Digest) -> tuple[tuple[str, str], ...]:
    """(problem, text) of every printed text, with texts printed twice."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for _, opening, text in printed(digest):
        found += [(problem, text.text) for problem in problems(text.text, digest.language_of_text, opening)]
        bare = squeezed(text.text)
        if bare in seen:
            found.append(("printed twice", text.text))
        seen.add(bare)
    return tuple(found)
