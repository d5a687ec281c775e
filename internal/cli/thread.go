package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"throughline/internal/fault"
	"throughline/internal/thread"
)

// branch is a node of a thread with what hangs on it.
type branch struct {
	thread.Node
	Role  thread.Role `json:"role,omitempty"` // how the node above rests on it, or how it rests on the node below
	State string      `json:"state,omitempty"`
	More  bool        `json:"shown_above,omitempty"` // its own branches stand elsewhere in the tree
	Next  []branch    `json:"next,omitempty"`
}

func (e *env) thread() *cobra.Command {
	var name, way string
	c := command("thread ID", "Walk from an object down to what it rests on, up to what rests on it, or both",
		"  throughline thread recom-early-coalition\n  throughline thread doc-armenia-chronicle --way up --json", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			if way != "up" && way != "down" && way != "both" {
				return fault.New(fault.Usage, "--way is %q; expected up, down or both.", way)
			}
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			id := thread.ID(args[0])
			out := map[string]branch{}
			for _, w := range []string{"down", "up"} {
				if way != w && way != "both" {
					continue
				}
				get := s.Down
				if w == "up" {
					get = s.Up
				}
				g, err := get(ctx, slug, id)
				if err != nil {
					return err
				}
				out[w] = tree(g, id, "", w == "up", map[thread.ID]bool{})
			}
			return e.print(out, func(w io.Writer) {
				for _, k := range []string{"down", "up"} {
					b, ok := out[k]
					if !ok {
						continue
					}
					fmt.Fprintln(w, map[string]string{"down": "What it rests on", "up": "What rests on it"}[k])
					b.print(w, 0)
				}
			})
		})
	c.Flags().StringVar(&name, "study", "", "which study, when there are several")
	c.Flags().StringVar(&way, "way", "both", "up, down or both")
	return c
}

func tree(g thread.Graph, id thread.ID, role thread.Role, up bool, seen map[thread.ID]bool) branch {
	n := g.Nodes[id]
	b := branch{Node: n, Role: role, State: n.State()}
	edges := g.Down(id)
	if up {
		edges = g.Up(id)
	}
	if seen[id] {
		b.More = len(edges) > 0
		return b
	}
	seen[id] = true
	for _, e := range edges {
		next := e.To
		if up {
			next = e.From
		}
		b.Next = append(b.Next, tree(g, next, e.Role, up, seen))
	}
	return b
}

func (b branch) print(w io.Writer, depth int) {
	var notes []string
	if b.Role != "" {
		notes = append(notes, string(b.Role))
	}
	if b.State != "" && b.State != thread.Standing {
		notes = append(notes, b.State)
	}
	if b.Protected {
		notes = append(notes, "protected")
	}
	if b.More {
		notes = append(notes, "see above")
	}
	note := ""
	if len(notes) > 0 {
		note = " [" + strings.Join(notes, ", ") + "]"
	}
	fmt.Fprintf(w, "%s%s %s%s\n", strings.Repeat("  ", depth+1), b.ID, b.Label, note)
	for _, n := range b.Next {
		n.print(w, depth+1)
	}
}
