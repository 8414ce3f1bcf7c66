package check

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Record is a pull request as it was recorded: its facts and, if it was judged then, the verdicts.
type Record struct {
	Snapshot   bylaw.Snapshot
	Verdicts   []bylaw.Verdict  // none: it was not judged
	Conclusion bylaw.Conclusion // of all verdicts; "" when it was not judged
}

// MaxRecord is how many bytes a record can have.
var MaxRecord = recordedLimits(document.JSON).Bytes

// ReadRecord reads a run as `bylaw check --json` prints it, or a snapshot alone, on one line. A line that
// is neither, or that was written by a later version, is a *bylaw.Problem with this file and line.
//
// It reads as strictly as [ReadSnapshot], but lets pass keys that stand twice or in another case, and null for
// a fact that is left out.
func ReadRecord(file string, line int, data []byte) (Record, error) {
	r, ok := decodeRecord(data)
	var err error
	if ok {
		err = whole(file, &r.Snapshot)
	} else {
		r, err = readRecord(file, data)
	}
	if p := new(bylaw.Problem); errors.As(err, &p) {
		p.File, p.Line = file, line // the document that was read is this one line
		return r, p
	}
	if err == nil && r.Snapshot.Format > bylaw.SnapshotFormat {
		err = &bylaw.Problem{File: file, Line: line, Msg: fmt.Sprintf("it was recorded in format %d by a later version of Bylaw", r.Snapshot.Format), Fix: "use that version"}
	}
	return r, err
}

// JoinRecord makes the line that [ReadRecord] reads of the parts of a run that a store keeps.
func JoinRecord(snapshot, verdicts []byte, conclusion string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"snapshot": json.RawMessage(snapshot), "verdicts": json.RawMessage(verdicts),
		"report": map[string]string{"conclusion": conclusion},
	})
}

// recordOf puts a record together. Without verdicts it was not judged, whatever is said to have been concluded.
func recordOf(snapshot bylaw.Snapshot, verdicts []bylaw.Verdict, conclusion bylaw.Conclusion) Record {
	r := Record{Snapshot: snapshot, Verdicts: verdicts, Conclusion: conclusion}
	if len(verdicts) == 0 {
		return Record{Snapshot: snapshot}
	}
	for i, v := range verdicts {
		if numbers, ok := plainNumbers(v.Params).(map[string]any); ok && v.Params != nil {
			verdicts[i].Params = numbers
		}
		if conclusion == "" {
			r.Conclusion = cmp.Or(r.Conclusion, bylaw.Success)
			if v.Conclusion.Stricter(r.Conclusion) {
				r.Conclusion = v.Conclusion
			}
		}
	}
	return r
}

// decodeRecord is the quick way to read a record: one pass without the lines of values. It reports false
// for everything that is not in perfect order, and then readRecord says what is wrong.
func decodeRecord(data []byte) (Record, bool) {
	if !utf8.Valid(data) || len(data) > MaxRecord {
		return Record{}, false
	}
	var run bylaw.Run
	var into any = &run.Snapshot
	if isRun(data) {
		into = &run
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber() // the contents of files may hold numbers that no float64 is
	if d.Decode(into) != nil {
		return Record{}, false
	}
	if _, err := d.Token(); err != io.EOF {
		return Record{}, false
	}
	return recordOf(run.Snapshot, run.Verdicts, run.Report.Conclusion), true
}

// isRun reports whether the first key of an object is one of a run.
func isRun(data []byte) bool {
	d := json.NewDecoder(bytes.NewReader(data[:min(len(data), 64)]))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return false
	}
	key, err := d.Token()
	return err == nil && (key == "ref" || key == "snapshot" || key == "verdicts" || key == "report")
}

func readRecord(file string, data []byte) (Record, error) {
	var run struct {
		Snapshot json.RawMessage `json:"snapshot"`
		Verdicts json.RawMessage `json:"verdicts"`
		Report   struct {
			Conclusion bylaw.Conclusion `json:"conclusion"`
		} `json:"report"`
	}
	facts := data
	var verdicts []bylaw.Verdict
	if json.Unmarshal(data, &run) == nil && run.Snapshot != nil {
		facts = run.Snapshot
		if run.Verdicts != nil {
			doc, err := document.ReadWithin(file, document.JSON, run.Verdicts, recordedLimits(document.JSON))
			if e := new(document.Error); errors.As(err, &e) {
				return Record{}, problemOf(e)
			} else if err != nil {
				return Record{}, err
			}
			if errs := doc.Decode(&verdicts); len(errs) > 0 {
				return Record{}, problemOf(errs[0])
			}
		}
	}
	snapshot, err := ReadSnapshot(file, document.JSON, facts)
	if err != nil {
		return Record{}, err
	}
	return recordOf(snapshot, verdicts, run.Report.Conclusion), nil
}

// plainNumbers makes numbers of what a decoder left as their text, as configurations have them.
func plainNumbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		if n, err := value.Int64(); err == nil {
			return n
		}
		n, _ := value.Float64()
		return n
	case []any:
		for i := range value {
			value[i] = plainNumbers(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = plainNumbers(value[key])
		}
	}
	return value
}
