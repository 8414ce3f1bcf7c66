package document

// What a file may cost by default. People write these files by hand; the
// largest real ones known are a tenth of these sizes.
const (
	MaxBytes       = 1 << 20  // YAML, JSON, TOML, Markdown
	MaxCSVBytes    = 32 << 20 // CSV
	MaxValues      = 200_000  // values in one YAML, JSON, TOML or Markdown file
	MaxCSVValues   = 2_000_000
	MaxDepth       = 64     // mappings and lists inside one another
	MaxAliasValues = 10_000 // values that YAML aliases may bring in, all together
)

// maxPointerBytes bounds the text of all pointers of one file together: a long
// key above many values is repeated in the pointer of each of them.
const maxPointerBytes = 64 << 20

// maxNotes bounds the notes of one file.
const maxNotes = 100

// Limits is what a file may cost before it is refused.
type Limits struct {
	Bytes       int
	Values      int
	Depth       int
	AliasValues int
}

// DefaultLimits returns the limits that [Read] holds a format to.
func DefaultLimits(format Format) Limits {
	l := Limits{Bytes: MaxBytes, Values: MaxValues, Depth: MaxDepth, AliasValues: MaxAliasValues}
	if format == CSV {
		l.Bytes, l.Values = MaxCSVBytes, MaxCSVValues
	}
	return l
}
