"""What stands in an article's text and is not the article: bylines, captions, credits, share prompts, notes, datelines.

Told from its form alone, so that nothing a journalist wrote as a sentence is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_AGENCY = (
    r"Reuters(?: Health| Life!)?|Thomson Reuters Foundation|AP|AFP|UPI|ANSA|EFE|DPA|dpa|PTI|ANI|IANS|TASS|Xinhua|CNN|CNS|"
    r"BBC News|Bloomberg|Kyodo(?: News)?|Jiji|Yonhap|VOA|RFE/RL|Associated Press|The Associated Press|MarketWatch"
)
_PLACE = r"[A-ZÀ-Þ][\w.'’À-ÿ\-]*(?:[ ,/\-]{1,2}(?:[A-Za-zÀ-ÿ.'’\-]+|\d{1,2}(?:, ?\d{4})?)){0,8}"
_DATELINES = tuple(
    re.compile(form)
    for form in (
        rf"(?:{_PLACE},? ?)?\((?:{_AGENCY})\) ?(?:--?|–|—|_)+\s*",
        r"[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]{2,}(?:[ /][A-ZÀ-Þ.'’\-]{2,}){0,3}(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?(?:, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)? (?:--?|–|—) ?\s*",
        r"【[^【】]{0,30}(?:\d{1,4}年|\d{1,2}月|\d{1,2}日|共同|時事|ロイター|AFP|ＡＦＰ|AP|CNN|発信?|＝)[^【】]{0,20}】\s*",
        r"[\(（][^()（）]{0,16}(?:共同|時事|ロイター|AFP|ＡＦＰ|CNN|聯合ニュース|朝鮮日報)[^()（）]{0,10}[\)）]\s*[-–—―－]+\s*",
        r"[［\[][^\[\]［］]{1,20}\d{1,2}日 ?(?:ロイター|AFP|共同|時事|CNN)[^\[\]［］]{0,6}[］\]]\s*[-–—―－]*\s*",
        r"(?:新华社|中新社|中新网|新華社)[^\s，。]{1,12}\d{1,2}[月日](?:\d{1,2}日)?电\s*(?:[（(][^（）()]{1,20}[）)])?\s*",
        r"[\(（](?:TTXVN|VnExpress|Dân trí|VTC News|TNO|NLĐO|VOV|PLO|TTO|ANTĐ)[\)）]\s*[-–—]?\s*",
        r"\((?:서울|도쿄|워싱턴|[가-힣]{2,6})=(?:연합뉴스|뉴스1|뉴시스)\)\s*(?:[가-힣 ]{2,12}기자\s*=\s*)?",
    )
)

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_WHOLE_LINES = {
    "credit": r"\((?:Xinhua|Reuters|AP|AFP)(?: photo)?\)|.{0,60}(?:Pool|Handout|File Photo)? ?via Reuters|(?:Picture|Photo)s? taken .{0,60}|(?:.{0,60}(?:Handout|Pool|Courtesy)?.{0,30}\bvia )?REUTERS(?:/.{1,60})?|\(?(?:Xinhua|AP Photo|AFP|Getty Images?|EPA|Reuters)(?:/| via )[^.]{2,50}\)?|"
    r"(?:Photo|Picture|Image|Video|Pic)(?:s|graph)?(?: credit| courtesy| by)?\s?:.{1,80}|Mandatory credit.{0,80}|.{2,50}/(?:AP|AFP|Getty(?: Images)?|EPA|Reuters)(?:/File(?: Photo)?)?|\(?File photo\)?|"
    r"(?:Photo|Photograph)s? by .{2,60}|Getty Images?|Image copyright.{0,60}|Image caption.{0,200}|Media caption.{0,200}|Courtesy .{2,80}REUTERS",
    "caption": r"(?:FILE|FILED?)(?: -)? ?(?:PHOTO|IMAGE|PICTURE)?\s?(?::|--).*|File (?:photo|picture|image)\s?:.*|(?:Photo|File photo|Combo photo|Aerial photo|Undated photo|Image) taken (?:on|in) .{5,}|Slideshow.{0,30}|A? ?(?:combination|combo) (?:photo|picture) .*",
    "byline": r"(?:by|By|BY) (?:Xinhua writers? )?(?:[A-ZÀ-Þ][\w.'’\-À-ÿ]*|de|van|von|der|al|and|&|,)(?:,? (?:[A-ZÀ-Þ][\w.'’\-À-ÿ]*|de|van|von|der|al|and|&)){0,9}|"
    r"(?:Additional |Further )?(?:[Rr]eporting|Writing|Editing|Edited|Compiled|Translated)(?: and \w+)? (?:by|in .{2,30} by) .{2,120}|\(?(?:Additional |Further )?(?:Reporting|Writing|Editing) .{2,200}\)|"
    r".{2,40} is (?:the author|an? (?:author|columnist|contributor|professor|writer)).{0,30} of .{2,200}|The writer is .{2,120}|Source:? ?Xinhua.*|(?:Contact|E-?mail)(?: .{2,30})?: ?\S+@\S+.*|.{0,40}E-?mail: \S+@\S+|(?:Follow|Contact) .{2,60}(?:@\w+|on Twitter|at \S+@\S+).{0,60}",
    "prompt": r"(?:Read|See|Find out|Learn|Show|Load|View) (?:more|also|next|full (?:story|article))\b.{0,80}|READ (?:MORE|ALSO).*|Related (?:Coverage|stories|articles|topics|content|news|links?)\b.{0,160}|Click here\b.{0,80}|(?:Please )?click .{0,30}here\b.{0,60}|"
    r"(?:Share|Tweet|Print|Save|Email|Comments?|Advertisement|ADVERTISEMENT|advertisement|Sponsored(?: content)?|Continue reading(?: the main story)?|Skip (?:to|advert).{0,40}|Story continues below.{0,20}|Follow us.{0,60}|Like us.{0,60}|Loading\W*|Video Player Close|Watch(?: live| now| the video| below)?\s?:.{0,120}|Watch now|Share (?:this|on|via|with) .{0,60}|Share this|Copy link)\W*|"
    r"(?:Sign up|Subscribe|Register|Log in|Sign in)\b(?: (?:to|for|here|now|today)\b.{0,120})?[.!]?|(?:Download|Get) (?:our|the) .{0,30}\bapp\b.{0,60}|Most (?:read|popular|viewed)\b.{0,30}|(?:What to read next|You may also like|Recommended(?: for you)?|More on this story|Top stories|Trending(?: now)?)\W*|This article is part of .{2,60}|Tap here .{2,80}|Scroll down .{2,60}|Find us on .{2,60}|Listen (?:to this article|now).{0,40}|Join (?:our|the) .{2,60}(?:newsletter|channel|community).{0,40}",
    "note": r"\(?(?:Corrects?|Refiles?|Updates?|Adds?|Removes?|Fixes|Clarifies|Recasts)\b.{0,30}\b(?:paragraph|graf|headline|lead|lede|spelling|typo|name|date|byline|dateline|quote|details|comment|background|to (?:show|say|correct|read))\b.*|\(?(?:The|This|In this) (?:.{0,40}\b)?(?:story|article|version|item|report)\b.{0,60}\b(?:correct|refil|updated|amended|condensed|first (?:appeared|published)|originally|contains language|produced by).*|Correction\s?:.*|CORRECTION.*|"
    r"It is a condensed version .*|\(?(?:1|One|\$1|US\$1|€1|£1) ?[\w. ]{0,20}= ?\$?[\d.,]+ [\w .]{2,40}\)?|\((?:1|\$1)[^)]{0,20}(?:=|equals?)[^)]{2,60}\)\.?|\(?EDNOTES?\b.*|<[^>]{1,8}>|\(?(?:Editor'?s'? note|Note to (?:readers|editors))\b.*|With: [A-Z\-]+\).*|.{0,80}EDITS graf.*|Availability soon\.?|\(?(?:For )?(?:a |an )?(?:GRAPHIC|Graphic|graphic|INTERACTIVE)s?\b.{0,160}",
    "rights": r"(?:©|\(c\)|Copyright\b|All rights reserved).{0,200}|.{0,80}\bAll [Rr]ights [Rr]eserved\b.{0,80}|.{0,60}may not be (?:published|reproduced).{0,160}|Our Standards\s?:.{0,80}|Terms (?:of|and) .{0,40}|Privacy Policy.{0,40}|Cookie.{0,30}(?:policy|settings).{0,20}",
    "link": r"[^\w]*(?:\S{1,60} ?[-:–] ?)?(?:\(?(?:https?://|www\.|tmsnrt\.rs/|reut\.rs/|bit\.ly/|t\.co/|pic\.twitter\.com/)\S+\)?[ ,]*)+\W*|\([^()]{0,120}(?:tmsnrt\.rs|reut\.rs|bit\.ly)/\w+\)(?:\(.*\))?|\S+@\S+\.\w+",
    "ja": r"[\(（【＝=]?(?:共同|時事|ロイター|AFP|ＡＦＰ|朝日新聞|毎日新聞|読売新聞|産経新聞|共同通信|時事通信|CNN\.co\.jp|ANN|NHK)(?:通信|ニュース)?[\)）】]?|(?:写真|画像|図|動画|イラスト|映像|資料写真|資料)(?:説明)?\s?[:：=＝／/].{0,160}|[（(【](?:写真|画像|資料写真|動画|ロイター|撮影)[^）)】]{0,60}[）)】]|.{0,60}(?:＝|=)(?:写真|資料写真|[^、。]{1,14}(?:撮影|提供|写す))[\)）]?|(?:撮影|提供|取材・文|文|写真|記者|聞き手|編集|構成)[:：=＝／/].{1,40}|.{0,40}(?:撮影|写真提供)[)）＝]?|"
    r"(?:続きを読む|続きはこちら|もっと(?:見る|読む)|全文を読む|記事全文|関連(?:記事|リンク|ニュース|キーワード|情報)|あわせて読みたい|おすすめ(?:の)?記事|人気記事|ランキング|広告|PR|ＰＲ|スポンサーリンク|シェア(?:する)?|ツイート|ツイートする|ポスト|ブックマーク|印刷|保存|コメント(?:する|を書く)?|フォロー(?:する)?|目次|次のページ.{0,40}|前のページ.{0,40}|ログイン.{0,30}|会員登録.{0,40}|無料登録.{0,30}|有料(?:会員|記事).{0,40}|この記事は有料.{0,60}|残り\s?\d+文字.{0,40}|この記事を(?:シェア|共有|書いた|読んだ).{0,40}|(?:LINE|X|Facebook|Twitter|はてな)(?:で|に)(?:シェア|送る|共有|投稿).{0,20})[\s:：》＞>…!！。]*|"
    r"[【〈《\[［■▼◆●・>＞]{1,2}\s?(?:関連|写真|画像|動画|PR|広告|あわせて|おすすめ|続き|参考|ランキング|特集).{0,80}|(?:訂正|お断り|おわび|修正|追記)\s?[:：】].{0,300}|【(?:訂正|お断り|おわび|修正|追記|PR|広告)[^】]{0,20}】.{0,300}|.{0,40}(?:無断(?:転載|複製|使用)|Copyright|©|ⓒ).{0,100}|.{0,30}(?:会員限定|有料会員限定)(?:の)?記事(?:です)?。?|[（(](?:[一-龥]{1,4}[ 　・]?[一-龥ぁ-んァ-ヶ]{1,4}|[^（）()]{1,12}(?:記者|特派員|支局|編集部|配信|報道))[）)]|[^、。]{0,14}(?:記者|特派員|編集委員)|.{0,20}(?:クリック|タップ)(?:して|すると).{0,30}(?:ご覧|見る|拡大|表示).{0,20}",
    "other": r"(?:相关(?:新闻|阅读|报道)|责任编辑|编辑|来源|原标题|延伸阅读|點擊|点击).{0,60}|(?:阅读全文|阅读更多|展开全文)\W*|.{0,12}(?:기자|특파원) ?\S*@?\S*|무단 ?전재.{0,60}|.{0,60}(?:무단 ?전재|재배포 ?금지).{0,40}|(?:Ảnh|Ảnh minh họa|Nguồn|Theo|Xem thêm|Đọc thêm|Bài liên quan|Tin liên quan)\s?:.{0,100}|Ảnh minh họa\.?|\((?:Ảnh|Nguồn)\s?:[^)]{0,80}\)|(?:Lire aussi|À lire|Voir aussi|Lesen Sie auch|Mehr zum Thema|Leer más|Lea también|Leia também|Leia mais|Veja também|Читайте также|Подробнее)\b.{0,160}",
}
_WHOLE = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _WHOLE_LINES.items()))
_CREDIT_TAIL = re.compile(
    r"(?:REUTERS/|\bvia REUTERS|/(?:File Photo|Getty Images|AFP|EPA)\b|\((?:Xinhua|AP Photo|AFP|Getty)/)[^.]{0,40}\.?$"
)
_CAPTION_DATE = re.compile(
    rf"(?:{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{1,2}} {_MONTH} \d{{4}}|{_MONTH} \d{{4}})\b.{{0,24}}$"
)
_CAPTION_FORM = re.compile(
    r"\b(?:is|are|was|were) (?:seen|pictured|shown|photographed)\b|\bposes? for\b|\((?:[LRC]|\d(?:st|nd|rd|th) [LR]|front|back|left|right|center)\)|"
    r"\b(?:A general view|An? (?:aerial|exterior|interior)? ?view of|Aerial view)\b|\b(?:file|undated|handout) (?:photo|picture|image)|capital of [A-Z]\w+, on"
)
_PRESENT = re.compile(
    r"^(?:[\w.,'’()\- ]{2,120}?) (?:speaks?|attends?|walks?|looks?|stands?|holds?|waits?|gestures?|arrives?|leaves?|carr(?:y|ies)|works?|makes?|casts?|"
    r"delivers?|shakes?|listens?|reacts?|waves?|smiles?|sits?|uses?|takes?|pushes|push|search(?:es)?|wades?|sways?|cries|appears?|meets?|rides?|drives?|moves?|"
    r"stages?|watch(?:es)?|pass(?:es)?|cheers?|protests?|gathers?|prays?|shows?|plays?|displays?|talks?|visits?|inspects?|patrols?|fl(?:y|ies)|runs?)\b"
)
_TOLD = re.compile(r"\b(?:will|would|said|says|told|since|has|had|have|believes?|because|than|first)\b")
"""Words of a report, which captions do without."""
_SHOUTED = re.compile(r"[A-Z][A-Z &'’.\-]{3,40}")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"”’'」』）)\]]*$")


def dateline(head: str) -> int:
    """How many characters at the start of a line are a dateline such as `NEW YORK (Reuters) - `; 0 if there is none."""
    return max((match.end() for form in _DATELINES if (match := form.match(head))), default=0)


def marked(texts: Sequence[str], language: str) -> list[str | None]:
    """For each sentence of an article, in order: which kind of boilerplate it is, or None."""
    kinds = [_kind(text, language) for text in texts]
    for i in [i for i, kind in enumerate(kinds) if kind in ("credit", "caption")]:
        _mark_captions(texts, kinds, i)
    return kinds


def _mark_captions(texts: Sequence[str], kinds: list[str | None], at: int) -> None:
    """Beside a photo credit, a sentence that is written like a caption is one."""
    for i in (at - 1, at + 1):
        if 0 <= i < len(texts) and kinds[i] is None and looks_like_caption(texts[i]):
            kinds[i] = "caption"


def _kind(text: str, language: str) -> str | None:
    """Which kind of boilerplate a sentence is, by its form alone; None: it may be the article's own."""
    if len(text) > 600:
        return None
    found = _WHOLE.fullmatch(text)
    if found:
        return found.lastgroup
    if _CREDIT_TAIL.search(text):
        return "credit"
    if looks_like_caption(text) and (_CAPTION_FORM.search(text) or _PRESENT.match(text)):
        return "caption"
    if _SHOUTED.fullmatch(text) and " " in text and not _SENTENCE_END.search(text):
        return "heading"
    return None


def looks_like_caption(text: str) -> bool:
    """Photo agencies end a caption with its full date, and write it in the present tense."""
    if _TOLD.search(text) or not _CAPTION_DATE.search(text):
        return False
    return bool(_PRESENT.match(text) or _CAPTION_FORM.search(text))
