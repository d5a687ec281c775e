package screening

// Score is how a record that is not decided is ranked: the higher, the earlier. It is what Stopping.See takes, before the
// decision is learnt.
func (m *Model) Score(i int) float64 {
	m.fit()
	return m.dot(i)
}
