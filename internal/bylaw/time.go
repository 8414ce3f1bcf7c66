package bylaw

import (
	"fmt"
	"time"
)

// Time is a moment in UTC with a resolution of one second, as GitHub gives it. Its JSON form is
// RFC 3339 with "Z", so that moments compare as strings in Rego; the zero Time, which stands for
// "not known" or "never", is the empty string.
type Time struct{ time.Time }

// At makes a Time of t, in UTC and without fractions of a second.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Second)}
}

// MarshalJSON writes the moment, or "" for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalJSON reads what MarshalJSON writes, and any RFC 3339 moment. null is the zero Time.
func (t *Time) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*t = Time{}
		return nil
	}
	if len(data) < 2 || data[0] != '"' {
		return fmt.Errorf("a time must be text, not %s", data)
	}
	return t.UnmarshalText(data[1 : len(data)-1])
}

// UnmarshalText reads an RFC 3339 moment, or nothing for the zero Time.
func (t *Time) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = Time{}
		return nil
	}
	parsed, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time such as 2026-01-31T12:00:00Z", text)
	}
	*t = At(parsed)
	return nil
}

// String is the JSON form without its quotes.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
