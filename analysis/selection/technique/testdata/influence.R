# Values of R for the tests of this package: Rscript influence.R, in this folder.
# stackloss (Brownlee 1965) and mtcars (Henderson and Velleman 1981) come with R. Y is named first, then the condition, then the controls.
options(digits = 17)
write <- function(x, file) write.csv(x, file, quote = FALSE, row.names = FALSE)
study <- function(name, data, y, x, z) {
  full <- lm(reformulate(c(x, z), y), data)
  reduced <- if (length(z) > 0) lm(reformulate(z, y), data) else lm(reformulate("1", y), data)
  data <- cbind(case = gsub("[^A-Za-z0-9]+", "-", rownames(data)), data[c(y, x, z)])
  write(data, paste0(name, ".csv"))
  write(data.frame(case = data$case, fitted = fitted(full), residual = resid(full), standardised = rstandard(full),
    studentised = rstudent(full), leverage = hatvalues(full), cook = cooks.distance(full), dfbeta = dfbeta(full)[, x],
    dfbetas = dfbetas(full)[, x], reduced = resid(reduced)), paste0(name, "_lm.csv"))
  s <- summary(full)
  write(data.frame(name = rownames(coef(s)), estimate = coef(s)[, 1], error = coef(s)[, 2], sigma = s$sigma, r2 = s$r.squared),
    paste0(name, "_coef.csv"))
  zs <- as.matrix(data[z])
  if (length(z) > 1) {
    m <- sqrt(outer(seq_len(nrow(zs)), seq_len(nrow(zs)), Vectorize(function(i, j) mahalanobis(zs[i, ], zs[j, ], cov(zs)))))
    d <- as.matrix(dist(scale(zs)))
    p <- which(upper.tri(m), arr.ind = TRUE)
    p <- p[order(p[, 1], p[, 2]), ]
    write(data.frame(a = data$case[p[, 1]], b = data$case[p[, 2]], mahalanobis = m[p], standardised = d[p]), paste0(name, "_distance.csv"))
  }
}
study("stackloss", stackloss, "stack.loss", "Air.Flow", c("Water.Temp", "Acid.Conc."))
study("mtcars", mtcars, "mpg", "wt", c("hp", "qsec", "drat"))
study("cars", cars, "dist", "speed", character())
writeLines(R.version.string, "R-version.txt")
