package coding

import "throughline/internal/thread"

// Template is a small codebook to begin with. It is meant to be changed.
type Template struct {
	ID    string
	Name  string
	About string // what it is for, and where it comes from
	Codes []Code
}

// Templates to begin a codebook with, after works that the field uses; the definitions are ours.
var Templates = []Template{
	{"process", "Political process", "What opens and closes chances, who mobilises whom, and how the matter is framed. After D. McAdam, J. D. McCarthy and M. N. Zald (eds), Comparative Perspectives on Social Movements, Cambridge 1996.", tree("amber",
		"opportunity", "Political opportunity", "Something in politics that makes collective action more or less promising.",
		"opportunity-elites", "Division of elites", "Those in power disagree openly, or some of them change sides.",
		"opportunity-access", "Access to decisions", "Elections, courts, hearings or offices through which demands can be brought.",
		"opportunity-repression", "Readiness to repress", "How likely and how hard those in power strike.",
		"structures", "Mobilising structures", "Organisations and networks through which people come to act together.",
		"structures-formal", "Organisations", "Unions, parties, churches, associations, companies.",
		"structures-informal", "Networks", "Families, neighbourhoods, friends, chats.",
		"framing", "Framing", "How the matter is put so that people see it as theirs and as something that can change.",
		"framing-diagnosis", "What is wrong", "Who or what is named as the cause.",
		"framing-prognosis", "What is to be done", "Which way out is named.",
		"framing-motive", "Why act now", "What is said to make people join.")},
	{"tactics", "Methods of action", "What people do. The three classes are those of G. Sharp, The Politics of Nonviolent Action, Boston 1973; violence is beside them.", tree("teal",
		"method", "Method of action", "What was done to bring the demand forward.",
		"method-protest", "Protest and persuasion", "Marches, vigils, petitions, symbols: it shows that people are against something.",
		"method-social", "Social noncooperation", "People stay away from those in power, their feasts and their institutions.",
		"method-economic", "Economic noncooperation", "Strikes, boycotts, refusal to pay.",
		"method-political", "Political noncooperation", "Refusal to obey, to vote, to serve.",
		"method-intervention", "Intervention", "Sit-ins, occupations, parallel institutions: it gets in the way.",
		"method-law", "Law and procedure", "Cases in court, bills, requests for information, audits.",
		"method-violence", "Violence", "Force against people or things, by whomever.")},
	{"chain", "From trigger to outcome", "A plain chain for comparing campaigns against kleptocracy: what set it off, who stood together, what they wanted and did, how power answered, what came of it.", tree("blue",
		"trigger", "Trigger", "The event after which people began to act.",
		"grievance", "Grievance", "What people say is wrong, and whom it hurts.",
		"coalition", "Coalition", "Who stands together, and what holds them.",
		"coalition-breadth", "Breadth", "Sectors, regions and classes that take part.",
		"coalition-leadership", "Leadership", "Who leads, speaks and decides, or that nobody does.",
		"demand", "Demand", "What is asked of whom.",
		"message", "Message", "Slogans, stories and answers to misinformation.",
		"response", "Response of those in power", "What they did about it.",
		"response-concede", "Concession", "They gave way, wholly or in part.",
		"response-repress", "Repression", "They struck, arrested, sued or smeared.",
		"response-divide", "Dividing", "They drew some of the others to their side.",
		"outside", "Part of outsiders", "Governments, courts, donors and media of other countries.",
		"outcome", "Outcome", "What changed, and whether it stayed.")},
}

// tree makes codes of triples: id, name, definition. An id that begins with another one and a hyphen stands below it.
func tree(colour string, of ...string) []Code {
	var out []Code
	for i := 0; i+2 < len(of); i += 3 {
		c := Code{ID: thread.ID(thread.Code.Prefix() + of[i]), Name: of[i+1], Define: of[i+2]}
		for _, up := range out {
			if len(c.ID) > len(up.ID) && c.ID[:len(up.ID)+1] == up.ID+"-" {
				c.Parent = up.ID
			}
		}
		if c.Parent == "" {
			c.Colour = colour
		}
		out = append(out, c)
	}
	levels := map[thread.ID][]Code{}
	for _, c := range out {
		levels[c.Parent] = append(levels[c.Parent], c)
	}
	for i, c := range out {
		for _, o := range Ordered(levels[c.Parent]) {
			if o.ID == c.ID {
				out[i].Order = o.Order
			}
		}
	}
	return out
}
