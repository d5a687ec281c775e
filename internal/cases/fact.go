package cases

import (
	"fmt"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/pattern"
	"throughline/internal/thread"
)

// Fact is one country attribute in one year, with its source and version.
type Fact struct {
	ISO3      string `json:"iso3"`              // ISO 3166-1 alpha-3
	Year      int    `json:"year"`              // that the value is of
	Attribute string `json:"attribute"`         // such as polyarchy
	Value     string `json:"value"`             // as published
	Source    string `json:"source"`            // dataset and its version
	Licence   string `json:"licence,omitempty"` // under which the source publishes it

	Version string  `json:"version,omitempty" column:"used"` // of the dataset, where source does not say it
	Low     float64 `json:"low,omitempty" column:"used"`     // with high: where the publisher's measurement model puts the value
	High    float64 `json:"high,omitempty" column:"used"`    // 0 and 0: not published
}

func (f Fact) Ref() thread.ID {
	return thread.ID(fmt.Sprintf("%s%s-%d.%s", thread.Fact.Prefix(), strings.ToLower(f.ISO3), f.Year, f.Attribute))
}
func (f Fact) Label() string        { return fmt.Sprintf("%s %s %d", f.Attribute, f.ISO3, f.Year) }
func (f Fact) Place() thread.Place  { return thread.Place{} }
func (f Fact) Links() []thread.Link { return nil }

var attribute = pattern.Late(`^[a-z0-9-]{1,40}$`)

func (f Fact) Valid() error {
	var ps fault.Problems
	if !iso3().MatchString(f.ISO3) {
		ps.Add("iso3", "is %q; expected an ISO 3166 alpha-3 code such as ARM", f.ISO3)
	}
	checkYear(&ps, "year", f.Year, false)
	if !attribute().MatchString(f.Attribute) {
		ps.Add("attribute", "is %q; expected lower-case letters, digits and hyphens", f.Attribute)
	}
	ps.Require("value", f.Value)
	ps.Require("source", f.Source)
	if f.Low > f.High {
		ps.Add("low", "is %g, above high, which is %g", f.Low, f.High)
	}
	return ps.Err()
}
