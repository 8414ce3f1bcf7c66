package roster

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/lack"
)

func TestStarterIsClean(t *testing.T) {
	t.Parallel()
	o, faults := Starter()
	for _, p := range append(faults, o.Warnings()...) {
		t.Error(p.Error())
	}
	if len(o.list) < 60 {
		t.Errorf("the starter has %d companies", len(o.list))
	}
	if !slices.IsSortedFunc(o.list, func(a, b Organization) int { return slices.Compare([]byte(a.ID), []byte(b.ID)) }) {
		t.Error("the starter is not sorted by id")
	}
}

// clusters are the 22 of the corpus, by the name that they have there; a name with "/" stands for two
// companies that some of its spellings name.
var clusters = map[string][]string{
	"Red Hat": {"red-hat"}, "IBM": {"ibm"}, "VMware": {"vmware"}, "Broadcom": {"broadcom"}, "Google": {"google"}, "Amazon": {"amazon"},
	"Microsoft": {"microsoft"}, "GitHub": {"github"}, "SUSE": {"suse"}, "Rancher": {"rancher"}, "Heptio": {"heptio"}, "Pivotal": {"pivotal"},
	"HP/HPE": {"hp", "hpe"}, "Dell/EMC": {"dell", "emc"}, "Cisco": {"cisco"}, "Isovalent": {"isovalent"}, "Huawei": {"huawei"},
	"Meta/Facebook": {"meta"}, "Alibaba": {"alibaba"}, "NVIDIA": {"nvidia"}, "Oracle": {"oracle"},
	"Independent-like": nil,
}

// others are spellings that the corpus counts to a company because its name is in them, but which name
// another one, several, or a programme whose members it does not employ.
var others = map[string][]string{
	"several": {
		"Red Hat, Inc., Bloomberg L.P.", "redhat-developer, @minishift, @gbraadnl", "HP, IBM", "CYSO VMWARE DHPA", "VMware, Nicira, Telstra, Accenture",
		"google @kubernetes", "google and @pclubiitk", "Google via Adecco", "Cisco Systems Inc., Intel, Microsoft, Dorkbotz", "Cisco System, Inc., Nebula, Inc.",
		"Dell Services Tata Consultancy Services Deutsche Bank",
	},
	"another":   {"DEMICON - AWS", "AmaZonBoost", "Answers for AWS", "Your Azure Coach", "Azure Fest", "Azure Skynet", "Academia Cisco UPB", "Alibaba Travels"},
	"programme": {"Google Summer of Code", "Google Summer", "Google Code-in"},
	"employer": { // and so not independent
		"Personal Capital", "Personal Finance Industry", "Independent Tiqets", "Self XDSD", "Self-Made", "NA-KD.", "Independence Manor @ Hunterdon",
		"consultant at Kuehne + Nagel",
	},
}

func TestEverySpellingOfTheCorpusIsOneOrganization(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("BYLAW_CORPUS")
	if corpus == "" {
		lack.Skip(t, "BYLAW_CORPUS is not set: give it the folder with the files of real communities.")
	}
	data, err := os.ReadFile(filepath.Join(corpus, "affiliations", "company_variants.json"))
	if err != nil {
		t.Fatal(err)
	}
	var variants map[string]map[string]map[string]int // cluster, source, spelling: how often
	if err := json.Unmarshal(data, &variants); err != nil {
		t.Fatal(err)
	}
	if len(variants) != len(clusters) {
		t.Errorf("the corpus has %d clusters, want %d", len(variants), len(clusters))
	}
	o, _ := Starter()
	excepted, count := map[string]bool{}, 0
	for cluster, sources := range variants {
		ids, known := clusters[cluster]
		if !known {
			t.Errorf("the corpus has a cluster %q", cluster)
		}
		for source, spellings := range sources {
			for spelling := range spellings {
				count++
				got, kind := o.Of(spelling).ID, Classify(spelling)
				if isOther(spelling) {
					excepted[spelling] = true
					if got[0] != '~' || kind != bylaw.AffiliationEmployer {
						t.Errorf("%s, %s: %q is %s, %s, but it is none of the starter's", cluster, source, spelling, kind, got)
					}
				} else if (kind == bylaw.AffiliationEmployer) != (ids != nil) || ids != nil && !slices.Contains(ids, got) {
					t.Errorf("%s, %s: %q is %s, %s, want %v", cluster, source, spelling, kind, got, ids)
				}
			}
		}
	}
	if count < 400 {
		t.Errorf("the corpus has %d spellings", count)
	}
	for _, list := range others {
		for _, spelling := range list {
			if !excepted[spelling] {
				t.Errorf("%q is not in the corpus", spelling)
			}
		}
	}
}

func isOther(spelling string) bool {
	for _, list := range others {
		if slices.Contains(list, spelling) {
			return true
		}
	}
	return false
}
