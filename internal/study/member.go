package study

import (
	"slices"

	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/thread"
)

// Role is what a member is on a study.
type Role string

const (
	Lead        Role = "lead"         // designs the study, answers for it, signs what is published
	Researcher  Role = "researcher"   // screens, reads, codes, scores, writes
	Coder       Role = "coder"        // reads and codes
	CountryTeam Role = "country-team" // interviews, and sees its own cases only
	Reviewer    Role = "reviewer"     // checks claims against their evidence
	Operator    Role = "operator"     // runs the server; sees no content of any study
	Reader      Role = "reader"       // reads what is published
)

// Roles lists all roles, most trusted with content first.
func Roles() []Role {
	return []Role{Lead, Researcher, Coder, CountryTeam, Reviewer, Operator, Reader}
}

// Member is a person with a role in a study, known by a handle. The handle is a pseudonym that the team chooses.
type Member struct {
	ID     thread.ID   `json:"id"`                           // "member-" and the handle
	Handle string      `json:"handle"`                       // what codings and decisions are signed with, and the name to sign in with
	Role   Role        `json:"role"`                         // what the member may do
	Cases  []thread.ID `json:"cases,omitempty"`              // for country teams: the cases they may see
	GUID   string      `json:"guid,omitempty" column:"used"` // that a project of another program knew them by, which they came in with
}

var handle = pattern.Late(`^[a-z0-9][a-z0-9-]{1,39}$`)

// CheckHandle notes a malformed handle.
func CheckHandle(ps *fault.Problems, field, h string) {
	if !handle().MatchString(h) {
		ps.Add(field, "is %q; expected 2 to 40 lower-case letters, digits and hyphens", h)
	}
}

func (m Member) Ref() thread.ID       { return m.ID }
func (m Member) Label() string        { return m.Handle }
func (m Member) Place() thread.Place  { return thread.Place{} }
func (m Member) Links() []thread.Link { return nil }

func (m Member) Valid() error {
	var ps fault.Problems
	CheckHandle(&ps, "handle", m.Handle)
	if m.ID != MemberID(m.Handle) {
		ps.Add("id", "is %q; expected %q", m.ID, MemberID(m.Handle))
	}
	if !slices.Contains(Roles(), m.Role) {
		ps.Add("role", "is %q; expected one of: lead, researcher, coder, country-team, reviewer, operator, reader", m.Role)
	}
	thread.CheckIDs(&ps, "cases", m.Cases, thread.Case)
	if m.Role == CountryTeam && len(m.Cases) == 0 {
		ps.Add("cases", "a country team needs at least one case that it may see")
	}
	if m.Role != CountryTeam && len(m.Cases) > 0 {
		ps.Add("cases", "only country teams are kept to cases; leave empty for a %s", m.Role)
	}
	return ps.Err()
}

// MemberID is the id of the member with a handle.
func MemberID(handle string) thread.ID { return thread.ID("member-" + handle) }

// Action is what somebody may want to do. Every route declares one.
type Action string

const (
	Read      Action = "read"      // see the workspace: statements, codebook, scores, thread
	ReadRaw   Action = "read-raw"  // see documents and passages, interviews among them
	Fieldwork Action = "fieldwork" // see informants' pseudonyms, consent and interviews
	Screen    Action = "screen"    // decide on what the searches found
	CodeText  Action = "code"      // code passages
	Edit      Action = "edit"      // change records, codes, scores, lessons and recommendations
	EditCase  Action = "edit-case" // change what belongs to one case: takeaways
	Confirm   Action = "confirm"   // confirm a statement against its evidence
	Audit     Action = "audit"     // read the journal, what is stale
	Manage    Action = "manage"    // people and their roles
	Browse    Action = "browse"    // see what is published: statements with sealed citations
)

// may is the whole policy: what each role may do in a study. Country teams are further kept to their cases.
var may = map[Role][]Action{
	Lead:        {Browse, Read, Screen, ReadRaw, Fieldwork, CodeText, Edit, EditCase, Confirm, Audit, Manage},
	Researcher:  {Browse, Read, Screen, ReadRaw, Fieldwork, CodeText, Edit, EditCase, Confirm, Audit},
	Coder:       {Browse, Read, Screen, ReadRaw, CodeText},
	CountryTeam: {Browse, Read, Screen, ReadRaw, Fieldwork, CodeText, EditCase},
	Reviewer:    {Browse, Read, ReadRaw, Confirm, Audit},
	Operator:    {Manage},
	Reader:      {Browse},
}

// May tells whether the member may do the action to an object of a case; an empty case means the study as a whole.
// A country team may do nothing to another team's case.
func (m Member) May(a Action, c thread.ID) bool {
	if !slices.Contains(may[m.Role], a) {
		return false
	}
	return m.Role != CountryTeam || c == "" || slices.Contains(m.Cases, c)
}
