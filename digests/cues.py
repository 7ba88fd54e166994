"""What the wording of a sentence says of its role: cue expressions, one list of names in every language that has them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

_ENGLISH = {
    "future": r"\b(?:will|won['’]t|shall|going to|would|plans?|planned|planning|intends?|aims? to|set to|due to|scheduled|slated|about to|poised|prepar(?:e|es|ing) to|['’]ll)\b",
    "expected": r"\b(?:expect(?:s|ed|ing|ations?)?|forecasts?|forecasted|predict(?:s|ed|ions?)?|anticipat\w+|likely|unlikely|projected|projections?|outlook|prospects?|hopes?|hoped|hoping|potential(?:ly)?|estimates?)\b",
    "possible": r"\b(?:may|might|could|possib\w+|perhaps|if|whether|unless|can|should|must|probably)\b",
    "coming": r"\b(?:tomorrow|next (?:week|month|year|few|decade|spring|summer|fall|autumn|winter|season|\w+day)|coming (?:weeks?|months?|days?|years?)|later this|by (?:the end of )?20[2-9]\d|in the future|upcoming|soon|until|deadline|long[- ]term)\b",
    "worth": r"\b(?:costs?|worth|billions?|millions?|profits?|losses|loss|revenues?|benefits?|values?|prices?|invest\w*|jobs|economy|economic|money|funds?|funding|budget|stakes?|damages?|security)\b|[$€£¥]",
    "weight": r"\b(?:important|importance|significant\w*|critical|crucial|serious|major|impact|affect\w*|effects?|consequences?|threat\w*|risks?|danger\w*|crisis|concern\w*|fears?|worr\w+|vital|key|historic|severe)\b",
    "result": r"\b(?:as a result|because|therefore|thus|led to|leading to|caus(?:ed|ing|es)|forc(?:ed|ing)|trigger\w*|prompt(?:ed|ing)|result(?:ed|ing)?|sparked|leaving|left)\b",
    "judged": r"\b(?:good|bad|great|best|worst|better|worse|right|wrong|hard|difficult|easy|clear(?:ly)?|strong|weak|happy|proud|sad|unfair|wonderful|terrible|shock\w*|amaz\w+|believ\w+|think|thinks|thought|feel|feels|felt|want\w*|need\w*|too|very|really|quite|much)\b",
    "blame": r"\b(?:critic\w*|accus\w+|condemn\w*|blam\w+|warn\w*|urg\w+|call(?:ed|s|ing) (?:for|on)|demand\w*|prais\w+|welcom\w+|denounc\w+|slammed|den(?:y|ied|ies)|reject\w*|disput\w+|argu\w+)\b",
    "against": r"\b(?:but|however|although|though|despite|while|yet|still|instead|meanwhile|rivals?|oppos\w+|against|protest\w*|pressure|tensions?|conflict|clash\w*|dispute|divid\w+|fight\w*|battle|struggl\w+)\b",
    "before": r"\b(?:last (?:year|month|week|decade|\w+day)|earlier|previous(?:ly)?|in (?:January|February|March|April|May|June|July|August|September|October|November|December)|ago|before|former(?:ly)?|since|had|once|years?|already|past|then|after)\b",
    "history": r"\b(?:in (?:1[5-9]\d\d|20[01]\d)|(?:19|18)\d\ds?|decades?|century|history|founded|was born|first (?:time|elected)|when he was|used to|began|started)\b",
    "ongoing": r"\b(?:has been|have been|is|are|has|have|remains?|continu\w+|currently|now|known|including|includes?|owns?|according to)\b",
    "said": r"\b(?:said|says|told|asked|added|wrote|tweeted|statement|interview|spokes\w+)\b",
    "announced": r"\b(?:announced|announce[sd]?|unveiled|reported|revealed|confirmed|ruled|approved|agreed|signed|launched|decided|sentenced|convicted|charged|arrested|elected|won|killed|died|fell|rose|resigned|voted|passed|filed|sued|struck|hit|released)\b",
    "today": r"\b(?:on )?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b|\b(?:today|yesterday|tonight|this (?:morning|week))\b",
    "analyst": r"\b(?:analysts?|experts?|economists?|professor|researchers?|observers?|strategists?|director|chief|founder|author|residents?|witness\w*)\b",
    "me": r"\b(?:I|we|my|our|us|me|I['’]m|we['’]re)\b",
    "you": r"\b(?:you|your|you['’]re)\b",
    "person": r"\b(?:he|she|his|her|him)\b",
    "it": r"\b(?:it|its|they|their|them|this|that|these|those)\b",
    "negated": r"\b(?:not|no|never|nothing|none|nobody|without|\w+n['’]t)\b",
}
_JAPANESE = {
    "future": r"予定|方針|計画|見込|(?:する|した|たい)意向|つもり|目指|開催され(?:る|ます)|(?:する|になる|される|れる|行う|開く|始まる|なる)。$|検討(?:して|を|に|中)|準備",
    "expected": r"見通し|見込み|見られ(?:る|て)|みられ(?:る|て)|予想|予測|期待|可能性|恐れ|おそれ|公算|確実視|注目",
    "possible": r"かもしれ|だろう|でしょう|可能|場合|もし|れば、|なければ|べき|はず|得る|うる|か否か|かどうか|のではない",
    "coming": r"今後|来年|来月|来週|来季|来春|明日|翌年|将来|次回|年内|年度中|今秋|今冬|までに|以降|期限|これから|近く",
    "worth": r"費用|利益|損失|損害|被害額|億円|万円|兆円|ドル|資源|資金|投資|予算|価格|経済|売上|収入|賠償|補償|雇用|目的|株価|ユーロ",
    "weight": r"影響|重要|深刻|危険|安全|懸念|不安|危機|意義|必要|問題|打撃|避難|被害|混乱|支障|恐れ|最多|最大|史上|初めて|異例|負担",
    "result": r"その結果|このため|そのため|により|ことから|によって|結果|原因|受けて|伴い|影響で|とみて|余波|相次|運休|欠航|中止|延期|閉鎖|停止",
    "judged": r"思う|思い|思って|考え|感じ|嬉し|うれし|残念|悔し|すごい|素晴らし|良い|よい|いい|悪い|難し|厳し|非常に|とても|大変|評価|語っ|コメント|ほしい|満足|誇り|喜び|ありがた|頑張|楽しみ|強い",
    "blame": r"批判|非難|抗議|反発|指摘|警告|訴え|要求|求め|主張|否定|反論|呼びか|歓迎|称賛|遺憾|疑問|反対|賛成|謝罪|反省|憤",
    "against": r"一方|しかし|だが|ただ|対立|反対|にもかかわらず|ものの|けれど|他方|むしろ|競合|圧力|紛争|争い|なお、|これに対し|ところが",
    "before": r"昨年|去年|前年|先月|先週|前日|以前|これまで|かつて|以来|当時|前回|すでに|既に|ていた|それまで|過去|元々|もともと|年前|同年",
    "history": r"(?:1[5-9]|20)\d\d年|明治|大正|昭和|年代|創業|設立|歴史|戦後|戦前|生まれ|出身|経緯|背景|始まっ|開始し|歴任|開業|入団|デビュー",
    "ongoing": r"ている|ています|である|であり|状態|現在|続いて|続け|知られ|とされ|いわゆる|と呼ばれ|となって|によると、.{0,8}は|含む|このうち|内訳",
    "said": r"述べ|話し|話す|語っ|語る|コメント|説明|発言|という|明かし|と話|声明|談話|会見|としている|とした|という。$|伝え",
    "announced": r"発表|明らかに|決定|決め|逮捕|死去|死亡|起き|発生|判決|言い渡|可決|承認|合意|調印|発売|公開|辞任|就任|当選|優勝|勝利|敗れ|発見|確認|起訴|提訴|開催|開幕|開かれ|行われた|わかった|分かった|判明|報じ",
    "today": r"\d{1,2}日|午前|午後|時頃|時ごろ|今日|昨日|UTC|現地時間|同日|未明|今回",
    "analyst": r"専門家|教授|アナリスト|関係者|担当者|評論|研究|研究者|監督|選手|社長|会長|代表|住民|目撃",
    "me": r"私|僕|我々|我が|自分|わたし|われわれ|うち|俺",
    "you": r"あなた|皆さん|みなさん|ください|ファンの",
    "person": r"氏(?:は|が)|さん(?:は|が)|容疑者|被告|同氏|彼|彼女|監督は|首相は|大統領は|選手は|代表は",
    "it": r"これ|それ|この|その|同社|同紙|同日|同国|同市|同省|同局|ここ|そこ",
    "negated": r"ない|なかっ|ず、|ません|なし|ぬ|未(?:だ|定)|不明|できず",
}
_TABLES = {"en": _ENGLISH, "ja": _JAPANESE}
NAMES = tuple(_ENGLISH)
_COMPILED = {language: tuple(re.compile(table[name]) for name in NAMES) for language, table in _TABLES.items()}
_SHAPES = tuple(
    re.compile(form)
    for form in (
        r"[「“\"『]",
        r"[」”』\"][^」”』\"]*$",
        r"^[「“\"‘『]",
        r"\d",
        r"\d[\d,.]*\s?(?:%|％|percent|per cent|パーセント)",
        r"[$€£¥]\s?\d|\d\s?(?:円|ドル|ユーロ|dollars?|euros?|億|万)",
        r"(?:19|20)\d\d",
        r"[?？]",
        r"[!！]",
        r"[（(]",
        r"[:：]",
        r"(?<=[^\W\d_]\s)[A-Z][a-z]+|[ァ-ヺー]{3,}",
    )
)
COUNT = len(NAMES) + len(_SHAPES) + 3


def cues(text: str, language: str) -> NDArray[np.float32]:
    """(`COUNT`,) float32: how often each cue is met (log of 1 + n), then shapes, then where the sentence ends."""
    counts = [len(form.findall(text)) for form in (*_COMPILED.get(language, ()), *_SHAPES)]
    if language not in _COMPILED:
        counts = [0] * len(NAMES) + counts
    ending = (
        float(text.endswith(("た。", "した", "だ。", "た"))),
        float(text.endswith(("る。", "い。", "る"))),
        float(text.rstrip("。.").endswith(("という", "としている", "said", "says", "とのこと"))),
    )
    return np.concatenate([np.log1p(np.array(counts, dtype=np.float32)), np.array(ending, dtype=np.float32)])
