# Values of R packages for the tests of analysis/coalition. Run: Rscript oracle.R > oracle.json
# Networks: Krackhardt's kite (Krackhardt 1990, Administrative Science Quarterly 35:342-369), Florentine marriages (Padgett &
# Ansell 1993, American Journal of Sociology 98:1259-1319), and directed networks drawn with a seed.
suppressMessages({library(sna); library(vegan)})
graph <- function(n, pairs, directed = FALSE) {
  m <- matrix(0, n, n)
  for (i in seq(1, length(pairs), 2)) { m[pairs[i], pairs[i + 1]] <- 1; if (!directed) m[pairs[i + 1], pairs[i]] <- 1 }
  m
}
kite <- graph(10, c(1,2,1,3,1,4,1,6,2,4,2,5,2,7,3,4,3,6,4,5,4,6,4,7,5,7,6,7,6,8,7,8,8,9,9,10))
flo <- graph(16, c(1,9,2,6,2,7,2,9,3,5,3,9,4,7,4,11,4,15,5,11,5,15,7,8,7,16,9,13,9,14,9,16,10,14,11,15,13,15,13,16))
num <- function(x) paste0("[", paste(ifelse(is.finite(x), format(x, digits = 15, trim = TRUE), "null"), collapse = ","), "]")
out <- c()
undirected <- function(name, m) {
  out <<- c(out, sprintf('{"name":"%s","n":%d,"ties":%s,"degree":%s,"betweenness":%s,"degreeCentral":%s,"betweenCentral":%s}', name, nrow(m),
    num(as.vector(t(which(m == 1 & upper.tri(m), arr.ind = TRUE)))), num(degree(m, gmode = "graph", cmode = "indegree")), num(betweenness(m, gmode = "graph")),
    num(centralization(m, degree, mode = "graph")), num(centralization(m, betweenness, mode = "graph"))))
}
undirected("kite", kite)
undirected("florence", flo)
set.seed(7)
for (k in 1:12) {
  n <- 6 + k %% 5
  m <- matrix(rbinom(n * n, 1, 0.12 + 0.02 * k), n, n); diag(m) <- 0
  cl <- sample(c("a", "b", "c"), n, replace = TRUE)
  b <- brokerage(m, cl)$raw.nli
  out <- c(out, sprintf('{"name":"directed %d","n":%d,"ties":%s,"sectors":["%s"],"connectedness":%s,"hierarchy":%s,"efficiency":%s,"lub":%s,"brokerage":%s}', k, n,
    num(as.vector(t(which(m == 1, arr.ind = TRUE)))), paste(cl, collapse = '","'), num(connectedness(m)), num(hierarchy(m, measure = "krackhardt")), num(efficiency(m)), num(lubness(m)), num(as.vector(t(b)))))
}
for (p in list(c(3, 1), c(5, 5, 5), c(9, 4, 2, 1), c(1, 1, 1, 1, 1, 1))) {
  out <- c(out, sprintf('{"name":"counts","counts":%s,"shannon":%s,"simpson":%s,"invsimpson":%s,"unbiased":%s}', num(p), num(diversity(p)), num(diversity(p, "simpson")), num(diversity(p, "invsimpson")), num(simpson.unb(p))))
}
cat('{"made_with":"', R.version.string, ", sna ", as.character(packageVersion("sna")), ", vegan ", as.character(packageVersion("vegan")), '","values":[\n', paste(out, collapse = ",\n"), "\n]}\n", sep = "")
