package document

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

const saveAsUTF8 = "save the file as UTF-8"

// clean refuses what is not a text file of bearable size, skips a byte order
// mark, makes every line end in a bare newline and notes characters that a
// reviewer cannot see.
func (r *reader) clean(data []byte) ([]byte, *Error) {
	switch {
	case len(data) > r.limits.Bytes:
		return nil, r.fail(1, 0, "split the file", "the file is larger than %s", size(r.limits.Bytes))
	case bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/v1")):
		// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
		return nil, r.fail(1, 0, "keep this file out of Git LFS", "the file is a Git LFS pointer, its content is stored elsewhere")
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return nil, r.fail(1, 0, saveAsUTF8, "the file is saved as UTF-16")
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, r.fail(lineOf(data, i), 0, saveAsUTF8, "the file is not text: it contains a NUL byte")
	}
	if i := invalidUTF8(data); i >= 0 {
		return nil, r.fail(lineOf(data, i), 0, saveAsUTF8, "the file is not UTF-8 text: byte %#x cannot be read", data[i])
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	r.noteHidden(data)
	return data, nil
}

func size(bytes int) string {
	if bytes >= 1<<20 && bytes%(1<<20) == 0 {
		return strconv.Itoa(bytes>>20) + " MiB"
	}
	return strconv.Itoa(bytes) + " bytes"
}

func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// hidden names characters that show nothing, or that change the order in which
// others are shown, https://www.unicode.org/reports/tr36/ section 2.10 and
// https://trojansource.codes. With them a line can read other than it is.
var hidden = map[rune]string{
	'\u00AD': "soft hyphen",
	'\u061C': "Arabic letter mark",
	'\u180E': "Mongolian vowel separator",
	'\u200B': "zero-width space",
	'\u200C': "zero-width non-joiner",
	'\u200D': "zero-width joiner",
	'\u200E': "left-to-right mark",
	'\u200F': "right-to-left mark",
	'\u202A': "left-to-right embedding",
	'\u202B': "right-to-left embedding",
	'\u202C': "pop directional formatting",
	'\u202D': "left-to-right override",
	'\u202E': "right-to-left override",
	'\u2060': "word joiner",
	'\u2061': "function application",
	'\u2062': "invisible times",
	'\u2063': "invisible separator",
	'\u2064': "invisible plus",
	'\u2066': "left-to-right isolate",
	'\u2067': "right-to-left isolate",
	'\u2068': "first strong isolate",
	'\u2069': "pop directional isolate",
	'\u3164': "Hangul filler",
	'\uFEFF': "zero-width no-break space",
}

func (r *reader) noteHidden(data []byte) {
	if isASCII(data) {
		return
	}
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		for _, c := range text {
			if name, ok := hidden[c]; ok {
				r.note(line, "the line holds a character that cannot be seen: %U, %s", c, name)
				break
			}
		}
	}
}

func isASCII(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
