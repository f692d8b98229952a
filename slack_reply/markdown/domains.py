"""Detects a link whose label names another address than its URL (docs/architecture.md#d6-text). Pure."""

import html
import re
import unicodedata

from hosts import address_of, host_of
from slack_reply.markdown import tokens

# A reader may take the words around a line's end for one word; blanks there are not shown.
_LINE_END = re.compile(r"[ \t]*\n[ \t]*")
# Within a word, and behind a backslash, `_` is a sign of its own
_EMPHASIS = re.compile(r"((?<![\w\\])_++)|(?<![\\_])_++(?!\w)")
_MARKUP = re.compile(r"[\\*~`\[\]]")
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s/?#(){}<>\"',;|]+", re.IGNORECASE)
# Endings that people take for an address: the endings of all countries, and longer endings in wide use.
_ENDING = re.compile(
    r"ac|ad|ae|af|ag|ai|al|am|ao|aq|ar|as|at|au|aw|ax|az|ba|bb|bd|be|bf|bg|bh|bi|bj|bm|bn|bo|br|bs|bt|bw"
    r"|by|bz|ca|cc|cd|cf|cg|ch|ci|ck|cl|cm|cn|co|cr|cu|cv|cw|cx|cy|cz|de|dj|dk|dm|do|dz|ec|ee|eg|er|es|et"
    r"|eu|fi|fj|fk|fm|fo|fr|ga|gd|ge|gf|gg|gh|gi|gl|gm|gn|gp|gq|gr|gs|gt|gu|gw|gy|hk|hm|hn|hr|ht|hu|id|ie"
    r"|il|im|in|io|iq|ir|is|it|je|jm|jo|jp|ke|kg|kh|ki|km|kn|kp|kr|kw|ky|kz|la|lb|lc|li|lk|lr|ls|lt|lu|lv"
    r"|ly|ma|mc|md|me|mg|mh|mk|ml|mm|mn|mo|mp|mq|mr|ms|mt|mu|mv|mw|mx|my|mz|na|nc|ne|nf|ng|ni|nl|no|np|nr"
    r"|nu|nz|om|pa|pe|pf|pg|ph|pk|pl|pm|pn|pr|ps|pt|pw|py|qa|re|ro|rs|ru|rw|sa|sb|sc|sd|se|sg|sh|si|sk|sl"
    r"|sm|sn|so|sr|ss|st|su|sv|sx|sy|sz|tc|td|tf|tg|th|tj|tk|tl|tm|tn|to|tr|tt|tv|tw|tz|ua|ug|uk|us|uy|uz"
    r"|va|vc|ve|vg|vi|vn|vu|wf|ws|ye|yt|za|zm|zw"
    r"|academy|agency|app|art|asia|bank|bid|biz|blog|business|cafe|cam|cash|center|chat|church|city|click"
    r"|cloud|club|codes|com|company|cool|coop|credit|cyou|design|dev|digital|direct|download|earth|edu"
    r"|email|energy|engineering|eus|events|example|exchange|expert|express|finance|fit|foundation|fun|fund"
    r"|fyi|games|global|gold|gov|group|guru|health|help|homes|host|house|icu|inc|info|ink|institute|int"
    r"|international|internet|invalid|invest|jobs|land|law|lawyer|legal|life|limited|link|live|loan|local"
    r"|localhost|lol|london|ltd|market|marketing|media|mil|mobi|money|museum|name|net|network|new|news|ngo"
    r"|nyc|one|onion|online|org|page|partners|party|pay|photo|photos|plus|post|press|pro|promo|pub|report"
    r"|rest|review|reviews|run|sale|school|science|security|services|shop|site|ski|social|software"
    r"|solutions|space|store|stream|studio|support|surf|systems|team|tech|technology|tel|test|tips|today"
    r"|tools|top|town|trade|trading|travel|tube|university|vip|website|wiki|win|work|works|world|wtf|xxx"
    r"|xyz|zone"
)
# Endings of countries that are also endings of file names.
_FILE = re.compile(r"md|py|rs|sh|pl|ps|cc|ml|mk|mm")
# A name behind a word and one slash belongs to a path, whatever stands before any other slash.
_BARE = re.compile(r"(?<![\w.@-])(?<!\w/)((?:[\w-]++\.)+)([^\W\d_]{2,24}|xn--[\w-]++)(?!\w)")
# The end of a word that may go on in a label; a link in that word is seen by its label alone.
_TOUCHED = re.compile(r"[\w.\-]+\Z")
# The full stop of Chinese and Japanese is a dot of a domain only before an ending.
_WIDE_DOT = re.compile(
    "\u3002(?=[A-Za-z0-9]|中国|中國|香港|台湾|台灣|公司|网络|网址|网站|新加坡|みんな|コム)"
)
_LINK = re.compile(r"\[([^\[\]]{0,100})\]\([^()\s]{0,200}\)")
_MAIL = re.compile(r"@((?:[\w-]++\.)+[^\W\d_]{2,24})")


def disguises(label: str, url: str, before: str = "") -> bool:
    """Whether a label that is ready to be shown reads as another address than the one the link leads to.

    `before` is the source of the word that the label touches: both together may read as an address.
    """
    source = html.unescape(html.unescape(label))
    shown = rendered(label)
    # Markup may also be text: a mark then parts two words, and an underscore belongs to its word
    parted = _normal(_EMPHASIS.sub("", _MARKUP.sub(" ", source)))
    underscored = _normal(_MARKUP.sub("", _without_pairs(source)))
    touched = _TOUCHED.search(rendered(_LINK.sub(r"\1", before)))
    word = touched.group() if touched else ""
    alone = set(_addresses(word, url))
    named: set[str] = set()
    for text in (shown, _LINE_END.sub("", shown), parted, underscored):
        found = [*_addresses(text, url), *(set(_addresses(word + text, url)) - alone)]
        named.update(map(_site, found))
    return bool(named) and named != {_site(url)}


def rendered(label: str) -> str:
    """The label as people read it: no markup, entities or invisible characters, and wide letters as normal ones."""
    return _normal(_MARKUP.sub("", _EMPHASIS.sub("", html.unescape(html.unescape(label)))))


def _normal(text: str) -> str:
    """The text without invisible characters, its wide letters as normal ones, its full stops as dots."""
    plain = unicodedata.normalize("NFKC", tokens.UNSEEN.sub("", text))
    return _WIDE_DOT.sub(".", plain)


def _without_pairs(label: str) -> str:
    """The label without underscores around words; an underscore that has no counterpart stays."""
    opened: list[re.Match[str]] = []
    paired: set[int] = set()
    for run in _EMPHASIS.finditer(label):
        if run[1]:
            opened.append(run)
        elif opened and opened[-1].group() == run.group():
            paired |= {opened.pop().start(), run.start()}
    return _EMPHASIS.sub(lambda run: "" if run.start() in paired else run.group(), label)


def _site(url: str) -> str:
    """The host of the URL without `www.`; empty if the URL has none."""
    return host_of(url if "://" in url else f"//{url}").removeprefix("www.").rstrip(".")


def _addresses(text: str, url: str) -> list[str]:
    """All that reads as an address in the text, except the name of the file that the link leads to."""
    parts = address_of(url)
    path = parts.path.casefold() if parts else ""
    found = _ADDRESS.findall(text) + _MAIL.findall(text)
    for name in _BARE.finditer(_ADDRESS.sub(" ", text)):
        ending = name[2].casefold()
        slashes = name.string[max(0, name.start() - 2) : name.start()] == "//"
        is_file = not slashes and _FILE.fullmatch(ending) and path.endswith(f"/{name[0]}".casefold())
        foreign = ending.startswith("xn--") or not ending.isascii()
        if (foreign or _ENDING.fullmatch(ending)) and not is_file:
            found.append(name[0])
    return found
