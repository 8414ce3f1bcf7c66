package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fault is something odd in one line.
type fault struct{ kind, msg, fix string }

// gitdmHeadLine is the first line of a block.
type gitdmHeadLine struct {
	login   string // or a name, in the old grammar
	domains []string
	noreply []string         // logins in addresses that GitHub gave
	ids     map[string]int64 // numbers of accounts in such addresses, by login in lower case
	faults  []fault
}

// gitdmHeadOf reads the first line of a block. It is not one if it has neither a colon with addresses
// or nothing behind it, nor a login with addresses behind it.
func gitdmHeadOf(line string) (gitdmHeadLine, bool) {
	var h gitdmHeadLine
	fault := func(kind, fix, format string, args ...any) {
		h.faults = append(h.faults, faultOf(kind, fix, format, args...))
	}
	name, rest, colon := strings.Cut(line, ":")
	if !colon {
		name, rest, _ = strings.Cut(strings.TrimSpace(line), " ")
		if !loginPattern.MatchString(name) || !allAddresses(rest) {
			return h, false
		}
		fault("head", "write a colon behind the login", "the colon behind the login is missing")
	}
	if strings.TrimSpace(rest) != "" && !strings.ContainsAny(rest, "!@|") && !oddAddress.MatchString(rest) {
		return h, false
	}
	addresses := rest
	if colon {
		addresses = strings.TrimPrefix(rest, " ")
	}
	h.login = strings.TrimSuffix(strings.TrimSpace(name), "*")
	if h.login != strings.TrimSuffix(name, "*") || addresses != strings.TrimSpace(addresses) {
		fault("white-space", "write \"login: address, address\"", "there is white space to spare around the login or the addresses")
	}
	addresses = strings.TrimSpace(addresses)
	switch {
	case addresses == "":
		fault("head", "write an address behind the login", "no address follows the login")
		return h, true
	case strings.HasSuffix(addresses, ","):
		fault("head", "delete the last comma", "the line ends with a comma")
		addresses = strings.TrimRight(addresses, ", ")
	}
	for rest, more := addresses, true; more; {
		var address string
		address, rest, more = strings.Cut(rest, ",")
		if more {
			if len(rest) == 0 || rest[0] != ' ' {
				fault("head", "write a comma and a space", "no space follows a comma")
			}
			rest = strings.TrimLeft(rest, " ")
		}
		h.address(strings.TrimSpace(address))
	}
	return h, true
}

var (
	oddAddress = regexp.MustCompile(`\S+ (?:at|\(\)|\{at\}|me) \S+|^ ?\(none\)$`)
	dateWords  = regexp.MustCompile(`\s(?:from|until|since|to)\s.*$`)
)

// address reads one address, which has "!" in the place of "@" against those who collect them.
func (h *gitdmHeadLine) address(text string) {
	if strings.ContainsAny(text, " \t") {
		if dates := dateWords.FindString(text); dates != "" {
			h.faults = append(h.faults, faultOf("head", "dates stand behind an employer", "dates stand behind an address"))
			text = strings.TrimSuffix(text, dates)
		}
		words := strings.Fields(text)
		if len(words) > 1 && allAddresses(text) {
			h.faults = append(h.faults, faultOf("head", "write a comma and a space between them", "there is no comma between two addresses"))
			for _, w := range words {
				h.address(w)
			}
			return
		}
	}
	mark := strings.LastIndexByte(text, '!')
	at := strings.LastIndexAny(text, "@|")
	switch {
	case text == "":
		return
	case at > mark || at >= 0 && mark >= 0:
		kind := "at-sign"
		if at >= 0 && text[at] == '|' {
			kind = "head"
		}
		h.faults = append(h.faults, faultOf(kind, "write \"!\" in place of it", "an address is written with %q", text[at:at+1]))
		text = text[:at] + "!" + text[at+1:]
		mark = max(mark, at)
	}
	d := domain(text)
	local := ""
	if mark > 0 {
		local = text[:mark]
	}
	if strings.EqualFold(text[mark+1:], "users.noreply.github.com") {
		h.github(local)
		return
	}
	if local == "" || d == "" || strings.ContainsAny(text, " \t(){}") {
		h.faults = append(h.faults, faultOf("address", "write it as \"name!domain\"", "an address cannot be read"))
		return
	}
	h.domains = withDomains(h.domains, d)
}

// github notes the account of an address that GitHub gave: login, or number+login.
// https://docs.github.com/en/account-and-profile/reference/email-addresses-reference#your-noreply-email-address
func (h *gitdmHeadLine) github(local string) {
	number, login, ok := strings.Cut(local, "+")
	if !ok {
		number, login = "", local
	}
	if !loginPattern.MatchString(login) {
		return
	}
	if len(h.noreply) < 2 && !slices.ContainsFunc(h.noreply, func(other string) bool { return sameLogin(other, login) }) { // two are too many
		h.noreply = append(h.noreply, login)
	}
	if id, err := strconv.ParseInt(number, 10, 64); err == nil && id > 0 {
		if h.ids == nil {
			h.ids = map[string]int64{}
		}
		h.ids[strings.ToLower(login)] = id
	}
}

// allAddresses reports whether a text is nothing but addresses.
func allAddresses(text string) bool {
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\t' || c == ',' })
	for _, w := range words {
		mark := strings.LastIndexAny(w, "!@|")
		if mark < 1 || !strings.Contains(w[mark:], ".") {
			return false
		}
	}
	return len(words) > 0
}

// gitdmRow is a line about an employer.
type gitdmRow struct {
	employer    string // "" if the line cannot be used
	from, until string
	addresses   []string // in place of an employer, where somebody broke the line above
}

// gitdmRowOf reads a line about an employer, without what it is indented by. Dates are read from the
// right, since an employer may be called "Acme from Globex".
func gitdmRowOf(text string) (gitdmRow, []fault) {
	var row gitdmRow
	if from, until, name, ok := plainDates(text); ok {
		row = gitdmRow{employer: name, from: from, until: until}
		if isPlainName(name) {
			return row, nil
		}
	}
	return oddRow(text)
}

// plainDates reads the dates of a line that is written as it should be.
func plainDates(text string) (from, until, name string, ok bool) {
	name = text
	for {
		date, head := lastDate(name)
		if date == "" {
			return from, until, name, true
		}
		switch {
		case strings.HasSuffix(head, " until ") && until == "" && from == "":
			until, name = date, strings.TrimSuffix(head, " until ")
		case strings.HasSuffix(head, " from ") && from == "":
			from, name = date, strings.TrimSuffix(head, " from ")
		default:
			return "", "", "", false
		}
	}
}

func lastDate(text string) (date, head string) {
	i := len(text) - len(time.DateOnly)
	if i < 0 || !isDate(text[i:]) {
		return "", text
	}
	return text[i:], text[:i]
}

// isDate reports whether text is a day of the calendar such as 2026-01-31.
func isDate(text string) bool {
	if len(text) != len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return false
	}
	for i := range text {
		if i != 4 && i != 7 && (text[i] < '0' || text[i] > '9') {
			return false
		}
	}
	day := int(text[8]-'0')*10 + int(text[9]-'0')
	month := int(text[5]-'0')*10 + int(text[6]-'0')
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	if day <= 28 {
		return true
	}
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// isPlainName reports whether nothing about a name needs a second look.
func isPlainName(name string) bool {
	return name != "" && name[0] != ' ' && name[len(name)-1] != ' ' && !strings.ContainsAny(name, ",\t\u200b\u200c\u200d\u2060\ufeff\u00ad") &&
		!strings.Contains(name, "  ") && !(mayEndInDate(name) && endsInDate.MatchString(name))
}

// endsInDate finds what may have been meant as a date.
var (
	endsInDate = regexp.MustCompile(`\s(?:from|until|since|to|till)$|\s(?:from|until|since|to|till)\s.*\d|\d{3,5}[-./]\d{1,2}[-./]\d{1,2}$`)
	looseDate  = regexp.MustCompile(`^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$`)
)

// oddRow reads a line word by word, from the right.
func oddRow(text string) (gitdmRow, []fault) {
	var row gitdmRow
	var faults []fault
	fault := func(kind, fix, format string, args ...any) {
		faults = append(faults, faultOf(kind, fix, format, args...))
	}

	if plain := strings.Join(strings.Fields(text), " "); plain != text {
		fault("white-space", "write "+strconv.Quote(plain), "there is white space to spare")
		text = plain
	}
	if clean := strings.Map(seen, text); clean != text {
		fault("hidden", "delete and write the word again", "the line holds a character that cannot be seen")
		text = clean
	}
	if allAddresses(text) {
		fault("head", "write all addresses on one line, with a comma between them", "addresses stand where an employer should")
		row.addresses = strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' })
		return row, faults
	}
	words := strings.Fields(text)
	const dates = "write the dates as \"from 2020-01-31 until 2021-01-31\", or leave one out"
	for len(words) > 1 {
		last, before := words[len(words)-1], words[len(words)-2]
		d, loose := last, looseDate.FindStringSubmatch(last)
		if loose != nil {
			d = fmt.Sprintf("%s-%02s-%02s", loose[1], loose[2], loose[3])
		}
		word := strings.ToLower(before)
		switch {
		case isDateWord(last) && !strings.HasPrefix(text, last):
			fault("date", dates, "no date follows %q", last)
			words = words[:len(words)-1]
			continue
		case !isDateWord(word):
		case isDate(d):
			if d != last || word == "since" || word == "to" || word == "till" {
				fault("date", dates, "%q is not how dates are written here", before+" "+last)
			}
			if word == "from" || word == "since" {
				row.from = d
			} else {
				row.until = d
			}
			words = words[:len(words)-2]
			continue
		case strings.ContainsAny(last, "0123456789") && strings.ContainsAny(last, "-./"):
			fault("date", dates, "%q is not a date: the line is not used", last)
			return gitdmRow{}, faults
		}
		break
	}
	row.employer = strings.Join(words, " ")
	if strings.Contains(row.employer, ",") {
		fault("comma", "write the name without a comma", "a name with a comma becomes two names in the files that are made from this one")
	}
	return row, faults
}

func isDateWord(word string) bool {
	switch word {
	case "from", "until", "since", "to", "till":
		return true
	}
	return false
}

// seen drops characters that show nothing.
func seen(c rune) rune {
	switch c {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad':
		return -1
	}
	return c
}

func faultOf(kind, fix, format string, args ...any) fault {
	return fault{kind: kind, fix: fix, msg: fmt.Sprintf(format, args...)}
}

// mayEndInDate spares nearly all names the slow look for a date.
func mayEndInDate(name string) bool {
	last := name[len(name)-1]
	if last >= '0' && last <= '9' {
		return true
	}
	for _, w := range [...]string{" from", " until", " since", " to", " till"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}
