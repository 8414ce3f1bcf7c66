package roster

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxText is how large a text file may be: three times the largest one known.
const maxText = 40 << 20

const saveAsUTF8 = "save the file as UTF-8"

// text returns the content of a file that is no document but lines of text, with bare newlines, or
// notes why it cannot be read: the rules are those of package document.
func (r *reading) text(limit int) (string, bool) {
	data := r.data
	switch {
	case len(data) > limit:
		r.stop(1, "unreadable", "split the file", "the file is larger than %d MiB", limit>>20)
		return "", false
	case bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/v1")):
		// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
		r.stop(1, "unreadable", "keep this file out of Git LFS", "the file is a Git LFS pointer, its content is stored elsewhere")
		return "", false
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		r.stop(1, "unreadable", saveAsUTF8, "the file is saved as UTF-16")
		return "", false
	}
	if rest, ok := bytes.CutPrefix(data, []byte("\uFEFF")); ok {
		r.warn(1, "hidden", "save the file as UTF-8 without a byte order mark", "the file begins with a byte order mark")
		data = rest
	}
	if before, _, ok := bytes.Cut(data, []byte{0}); ok {
		r.stop(1+bytes.Count(before, []byte("\n")), "unreadable", saveAsUTF8, "the file is not text: it contains a NUL byte")
		return "", false
	}
	if !utf8.Valid(data) {
		r.stop(1+invalidLine(data), "unreadable", saveAsUTF8, "the file is not UTF-8 text")
		return "", false
	}
	text := string(data)
	if strings.Contains(text, "\r\n") {
		r.warn(1, "line-ends", "save the file with the line ends of Unix", "the lines of the file end as on Windows")
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return text, true
}

// invalidLine counts the lines before the first byte that is not UTF-8.
func invalidLine(data []byte) int {
	for line, n := 0, 0; ; line, n = line+1, n+1 {
		end := bytes.IndexByte(data[n:], '\n')
		if end < 0 || !utf8.Valid(data[n:n+end]) {
			return line
		}
		n += end
	}
}
