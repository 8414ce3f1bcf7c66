# Where links may lead. Nothing is opened.
package bylaw.listings

import data.bylaw.lib

_faults contains {
	"rule": "links", "file": l.file, "line": l.line,
	"msg": $"The link {_quoted(l.url)} does not begin with {_schemes}.",
	"fix": _with_a_scheme(l.url),
} if {
	some l in _doubtful_links
	not _scheme(l.url) in _allowed_schemes
}

_faults contains {
	"rule": "links", "file": l.file, "line": l.line,
	"msg": $"The link {_quoted(l.url)} leads to a host with unusual letters, which can look like another one.",
	"fix": "Give the address as the company itself prints it, in the letters a to z.",
} if {
	input.params.links.international_hosts == "refuse"
	some l in _doubtful_links
	_scheme(l.url) in {"http", "https", ""}
	_unusual(_host(l.url))
}

_faults contains {
	"rule": "links", "file": l.file, "line": l.line,
	"msg": $"The link {_quoted(l.url)} hides where it leads.",
	"fix": "Give the plain address: https://, the name of the host, and the path.",
} if {
	some l in _doubtful_links
	_scheme(l.url) in {"http", "https", ""}
	_hides(l.url)
}

_faults contains {
	"rule": "links", "file": l.file, "line": l.line,
	"msg": $"Links to {_quoted(_host(l.url))} are not allowed here.",
	"fix": "Give the address of the page itself.",
} if {
	some l in _doubtful_links
	_below_one(_host(l.url), input.params.links.forbidden_hosts)
}

_faults contains {
	"rule": "links", "file": l.file, "line": l.line,
	"msg": $"The link {_quoted(l.url)} leads elsewhere than to {lib.in_a_row(input.params.links.allowed_hosts)}.",
	"fix": "Give an address there.",
} if {
	count(input.params.links.allowed_hosts) > 0
	some l in _doubtful_links
	_scheme(l.url) in {"http", "https", ""}
	not _below_one(_host(l.url), input.params.links.allowed_hosts)
}

# Nearly all links need no closer look, and a closer look costs.
_doubtful_links := {{"file": s.file, "line": l.line, "url": l.url} |
	some s in _sections
	cells := [row.cells | some table in s.page.tables; some row in table.rows]
	texts := array.flatten([s.page.items, s.page.prose, array.flatten(cells)])
	links := lib.where(array.flatten(lib.column(texts, "links")), "line", s.fresh)
	some l in lib.where(links, "url", _doubtful(lib.as_set(lib.column(links, "url"))))
}

_doubtful(urls) := {url | some url in urls; not _of_the_repository(url)} if not _all_https_allowed

_doubtful(urls) := {url | some url in (urls - plain); not _of_the_repository(url)} | lib.matching(_worth_a_look, urls) if {
	_all_https_allowed
	plain := lib.matching(`^https://[a-z0-9.-]+\.[a-z]{2,}(?:[/?#][^\\\s]*)?$`, urls)
}

_all_https_allowed if {
	"https" in _allowed_schemes
	count(input.params.links.allowed_hosts) == 0
}

_worth_a_look := $`xn--|[/.](?:{concat("|", array.concat(["-"], [replace(lower(h), ".", "[.]") | some h in input.params.links.forbidden_hosts]))})(?:[/?#]|$)`

_of_the_repository(url) if not regex.match(`(?i)^(?:[a-z][a-z0-9+.-]*:|/[/\\]|[/\\]{2})`, url)

_allowed_schemes := {lower(s) | some s in input.params.links.schemes}

_schemes := lib.in_a_row([$"{s}:" | some s in input.params.links.schemes])

_scheme(url) := lower(split(url, ":")[0]) if not startswith(url, "/")

_scheme(url) := "" if startswith(url, "/")

_with_a_scheme(url) := $"Write https{substring(url, 4, 2000)}, if that page is there." if startswith(lower(url), "http:")

_with_a_scheme(url) := $"Begin it with {_schemes}, and give the whole address." if not startswith(lower(url), "http:")

# The host as a browser takes it: without a name before it, and up to the first slash of either kind.
_host(url) := regex.replace(lower(url), `^(?:[a-z][a-z0-9+.-]*:)?[/\\]*(?:[^/?#\\]*@)?([^/?#\\:]*)(?s:.*)$`, "$1")

_unusual(host) if regex.match(`[^a-z0-9.\[\]-]`, host)

_unusual(host) if regex.match(`(?:^|\.)xn--`, host)

# A name before the host, a backslash or a space, or a number in place of a name.
_hides(url) if regex.match(`^[^/]*//[^/?#]*@|[\\\s]`, url)

_hides(url) if regex.match(`^(?:[0-9.]+|\[.*|localhost)$`, _host(url))

_hides(url) if regex.match(`(?i)^https?:(?:[^/]|/[^/])`, url)

_below_one(host, hosts) if {
	some h in hosts
	_below(host, lower(h))
}

_below(host, h) if host == h

_below(host, h) if endswith(host, concat("", [".", h]))
