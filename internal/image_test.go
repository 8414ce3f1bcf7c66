package internal_test

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
)

// instruction is one of a Dockerfile: its word, its --flags, and the rest as it stands.
type instruction struct {
	word  string
	flags []string
	rest  string
}

// TestImage carries out the Dockerfile without Docker: it copies what the .dockerignore lets through into
// an empty folder, runs the build's commands there, and looks at what the image would start.
func TestImage(t *testing.T) {
	t.Parallel()
	build, image := dockerfile(t)

	outside := t.TempDir() // stands for / of the build
	workdir := filepath.Join(outside, one(t, build, "WORKDIR").rest)
	environment := os.Environ()
	for _, step := range build {
		switch step.word {
		case "COPY":
			words := strings.Fields(step.rest)
			for _, source := range words[:len(words)-1] {
				copyContext(t, source, filepath.Join(workdir, words[len(words)-1], into(words, source)))
			}
		case "ENV":
			environment = append(environment, strings.Fields(step.rest)...)
		case "RUN":
			line := strings.ReplaceAll(step.rest, " /", " "+outside+"/")
			if err := os.MkdirAll(filepath.Join(outside, "out"), 0o755); err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(t.Context(), "sh", "-c", line)
			run.Dir, run.Env = workdir, environment
			if output, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", line, err, output)
			}
		}
	}

	files := map[string]string{} // path in the image -> path on this machine
	for _, step := range image {
		if step.word != "COPY" {
			continue
		}
		words := strings.Fields(step.rest)
		if !slices.Contains(step.flags, "--from=build") || len(words) != 2 {
			t.Fatalf("COPY %s: the image takes one path at a time, from the build", step.rest)
		}
		built := filepath.Join(outside, words[0])
		if _, err := os.Stat(built); err != nil {
			t.Fatalf("COPY %s: the build makes no such file: %v", step.rest, err)
		}
		files[words[1]] = built
	}

	entrypoint := command(t, one(t, image, "ENTRYPOINT").rest)
	bylaw, ok := files[entrypoint[0]]
	if !ok {
		t.Fatalf("ENTRYPOINT %v: nothing copies it into the image", entrypoint)
	}
	static(t, bylaw)
	health := one(t, image, "HEALTHCHECK").rest
	check := command(t, strings.TrimSpace(strings.TrimPrefix(health, "CMD")))
	if check[0] != entrypoint[0] || len(check) < 2 {
		t.Fatalf("HEALTHCHECK %v: there is nothing in the image to run but %s", check, entrypoint[0])
	}
	starts(t, bylaw, "version")
	starts(t, bylaw, append(check[1:], "--help")...)
	starts(t, bylaw, append(command(t, one(t, image, "CMD").rest), "--help")...)

	volume := one(t, image, "VOLUME").rest
	if _, ok := files[volume]; !ok {
		t.Errorf("VOLUME %s: nothing copies it into the image, so it will belong to root", volume)
	}
	user, _, _ := strings.Cut(one(t, image, "USER").rest, ":")
	if uid, err := strconv.Atoi(user); err != nil || uid == 0 {
		t.Errorf("USER %s: want a number that is not 0, so that Kubernetes can see that it is not root", user)
	}
	for setting := range strings.FieldsSeq(one(t, image, "ENV").rest) {
		name, value, _ := strings.Cut(setting, "=")
		if !mentions(t, filepath.Join(root, "cmd", "bylaw"), name) {
			t.Errorf("ENV %s: cmd/bylaw reads no such variable", name)
		}
		if name == "BYLAW_DATABASE" && filepath.Dir(value) != volume {
			t.Errorf("ENV %s: the database is not on VOLUME %s", setting, volume)
		}
	}
}

// dockerfile returns the instructions of the two stages.
func dockerfile(t *testing.T) (build, image []instruction) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var stages [][]instruction
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		step := instruction{word: word}
		for {
			rest = strings.TrimSpace(rest)
			if !strings.HasPrefix(rest, "--") {
				break
			}
			var flag string
			flag, rest, _ = strings.Cut(rest, " ")
			step.flags = append(step.flags, flag)
		}
		step.rest = rest
		if word == "FROM" {
			stages = append(stages, nil)
		}
		last := len(stages) - 1
		stages[last] = append(stages[last], step)
	}
	if len(stages) != 2 {
		t.Fatalf("Dockerfile has %d stages, want 2", len(stages))
	}
	return stages[0], stages[1]
}

func one(t *testing.T, stage []instruction, word string) instruction {
	t.Helper()
	is := func(step instruction) bool { return step.word == word }
	at := slices.IndexFunc(stage, is)
	if at < 0 || slices.ContainsFunc(stage[at+1:], is) {
		t.Fatalf("Dockerfile: want one %s in the stage", word)
	}
	return stage[at]
}

// command reads the form of a command that needs no shell, as the image has none.
func command(t *testing.T, text string) []string {
	t.Helper()
	var words []string
	if err := json.Unmarshal([]byte(text), &words); err != nil || len(words) == 0 {
		t.Fatalf("%s: want a command as a JSON array: there is no shell in the image", text)
	}
	return words
}

// into is where COPY puts a source below its target: files by name, folders by content.
func into(words []string, source string) string {
	if len(words) > 2 || words[len(words)-1] == "./" {
		return filepath.Base(source)
	}
	return ""
}

// copyContext copies a file or folder of the repository as docker build sees it.
func copyContext(t *testing.T, source, target string) {
	t.Helper()
	copied := 0
	from := filepath.Join(root, source)
	err := filepath.WalkDir(from, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil || dockerignored(t, filepath.ToSlash(relative)) {
			return err
		}
		below, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		copied++
		place := filepath.Join(target, below)
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			return err
		}
		return os.WriteFile(place, data, 0o644)
	})
	if err != nil {
		t.Fatalf("COPY %s: %v", source, err)
	}
	if copied == 0 {
		t.Fatalf("COPY %s: .dockerignore lets nothing of it through", source)
	}
}

// dockerignored follows https://docs.docker.com/build/concepts/context/#dockerignore-files: the last line
// that matches the path or a folder above it decides.
func dockerignored(t *testing.T, name string) bool {
	t.Helper()
	file, err := os.Open(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ignored := false
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		pattern, back := strings.CutPrefix(line, "!")
		if doublestar.MatchUnvalidated(pattern, name) || doublestar.MatchUnvalidated(pattern+"/**", name) {
			ignored = !back
		}
	}
	return ignored
}

// static fails unless the program needs no other file to run: neither loader nor library is in the image.
func static(t *testing.T, path string) {
	t.Helper()
	program, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, segment := range program.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			t.Errorf("the program is linked dynamically (%v), and the image has no libraries", segment.Type)
		}
	}
	if program.Section(".symtab") != nil {
		t.Error("the program carries its symbols: build it with -ldflags \"-s -w\"")
	}
}

// starts runs the program with nothing in its environment, as the image has nothing.
func starts(t *testing.T, bylaw string, arguments ...string) {
	t.Helper()
	run := exec.CommandContext(t.Context(), bylaw, arguments...)
	run.Dir, run.Env = t.TempDir(), []string{}
	if output, err := run.CombinedOutput(); err != nil {
		t.Errorf("bylaw %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
}

// mentions says whether a Go file of the folder, tests aside, names the variable.
func mentions(t *testing.T, folder, variable string) bool {
	t.Helper()
	word := regexp.MustCompile(`"` + variable + `"`)
	return slices.ContainsFunc(goFiles(t), func(file goFile) bool {
		if file.test || file.pkg != "cmd/bylaw" {
			return false
		}
		data, err := os.ReadFile(filepath.Join(folder, filepath.Base(file.path)))
		return err == nil && word.Match(data)
	})
}
