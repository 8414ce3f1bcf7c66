package roster

import (
	_ "embed"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// starterName is what an organizations.yml says after "extends:" to be laid over the starter list.
const starterName = "starter"

//go:embed starter/organizations.yml
var starter []byte

// Starter returns the organizations that ship with Bylaw: some eighty companies whose people meet in many
// communities, with their spellings and dated relations. A community extends it, or does without it. The
// list has no problems; a test holds that.
func Starter() (Organizations, []bylaw.Problem) {
	return ReadOrganizations("starter/organizations.yml", starter)
}
