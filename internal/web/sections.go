package web

// sections lists the parts of the workspace in the order of the study's navigation. A new page adds its section here.
func (s *Server) sections() []section {
	return []section{
		s.signIn(),
		s.portfolio(),
		s.overview(),
		// The content of a study, in the order of the eight steps: add yours here.
		s.literature(), s.intake(), s.duplicates(), s.screeningRoom(),
		s.universe(), s.candidates(), s.campaignRoom(), s.contextRoom(), s.selectionDesk(),
		s.caseRoom(), s.caseCourse(), s.caseTests(), s.caseCoalition(),
		s.fieldRoom(),
		s.documents(), s.newDocuments(), s.exchange(), s.media(), s.documentForms(), s.passages(),
		s.queries(),
		s.codebook(), s.codeHousekeeping(), s.codeTree(), s.memos(), s.framework(),
		s.takeaways(),
		s.scores(),
		s.conditionRoom(),
		s.analyses(),
		s.findings(),
		s.lessons(),
		s.recommendations(),
		s.answers(),
		s.thread(),
		s.stale(),
		s.journal(),
		s.people(),
		s.accounts(),
	}
}
