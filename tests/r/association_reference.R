# Reference values for the exact tests, computed by R.
#
# Run:  Rscript tests/r/association_reference.R > tests/r/association_reference.csv
# Needs the packages exactRankTests, coin, car and spdep (Debian: r-cran-exactranktests, r-cran-coin, r-cran-car,
# r-cran-spdep) and MASS.
# The permutation distributions of rho and tau are enumerated here in plain R, arrangement by
# arrangement; no R package computes them exactly with ties on both sides.

suppressWarnings(suppressPackageStartupMessages({
  library(exactRankTests)
  library(coin)
  library(MASS)
  library(car)
  library(spdep)
}))

out <- function(case, quantity, value) {
  cat(sprintf("%s,%s,%.15g\n", case, quantity, value))
}
cat("case,quantity,value\n")

score3 <- c(9, 9, 9, 8, 8, 8, 6, 5, 5, 4, 3)
score2 <- c(9, 9, 9, 8, 8, 7, 6, 6, 5, 2, 3)
share  <- c(52.6, 98.3, 48.3, 27.5, 33.0, 87.8, 42.5, 17.0, 16.2, 80.0, 5.0)
tied   <- c(3, 1, 3, 2, 2, 5, 4, 4, 1, 1, 6)

# Every distinct arrangement of a multiset, one a column. A level is put into each choice of the free places,
# for all columns at once: 554 400 arrangements take seconds.
arrangements <- function(x) {
  rows <- matrix(NA, length(x), 1)
  free <- matrix(seq_along(x), length(x), 1)
  for (level in sort(unique(x))) {
    picks <- combn(nrow(free), sum(x == level))
    made <- lapply(seq_len(ncol(picks)), function(k) {
      placed <- rows
      taken <- free[picks[, k], , drop = FALSE]
      placed[cbind(as.vector(taken), as.vector(col(taken)))] <- level
      list(rows = placed, free = free[-picks[, k], , drop = FALSE])
    })
    rows <- do.call(cbind, lapply(made, `[[`, "rows"))
    free <- do.call(cbind, lapply(made, `[[`, "free"))
  }
  rows
}

exact_both <- function(case, score, covariate) {
  all <- arrangements(score)
  a <- 2 * rank(score); b <- 2 * rank(covariate)
  ranks <- sapply(sort(unique(score)), function(s) a[which(score == s)[1]])
  lookup <- setNames(ranks, sort(unique(score)))
  coded <- matrix(lookup[as.character(all)], nrow(all))
  sums <- as.vector(b %*% coded); observed <- sum(a * b)
  mean <- sum(a) * sum(b) / length(a)
  out(case, "arrangements", ncol(all))
  out(case, "rho", cor(score, covariate, method = "spearman"))
  out(case, "rho_p", mean(abs(sums - mean) >= abs(observed - mean)))
  out(case, "rho_upper", sum(sums >= observed))
  surplus <- 0; seen <- 0
  n <- length(score)
  for (i in 1:(n - 1)) for (j in (i + 1):n) {
    d <- sign(covariate[j] - covariate[i])
    surplus <- surplus + d * sign(all[j, ] - all[i, ])
    seen <- seen + d * sign(score[j] - score[i])
  }
  out(case, "tau", cor(score, covariate, method = "kendall"))
  out(case, "tau_p", mean(abs(surplus) >= abs(seen)))
}
exact_both("III_share", score3, share)
exact_both("II_share_first_nine", score2[1:9], share[1:9])
exact_both("III_tied_first_nine", score3[1:9], tied[1:9])
exact_both("border_five", c(9, 9, 9, 8, 8), c(1, 2, 3, 4, 5))

out("kendall_untied_9", "p", cor.test(share[1:9], c(2, 9, 4, 1, 3, 8, 5, 6, 7), method = "kendall", exact = TRUE)$p.value)
out("spearman_untied_9", "p", cor.test(share[1:9], c(2, 9, 4, 1, 3, 8, 5, 6, 7), method = "spearman", exact = TRUE)$p.value)

# two groups: Wilcoxon-Mann-Whitney with ties
inside <- c(9, 9, 8, 6, 5, 5); outside <- c(8, 5, 4, 4, 3, 2, 2)
out("two_groups", "wilcoxon_exactRankTests_p", wilcox.exact(inside, outside)$p.value)
frame <- data.frame(y = c(inside, outside), g = factor(rep(c("a", "b"), c(6, 7))))
out("two_groups", "wilcoxon_coin_p", as.numeric(pvalue(wilcox_test(y ~ g, frame, distribution = "exact"))))
out("two_groups", "perm_p", perm.test(inside, outside, exact = TRUE)$p.value)
out("two_groups", "upper_p", wilcox.exact(inside, outside, alternative = "greater")$p.value)
# permuted within blocks, exact by coin: with ranks taken within blocks, and over all (coin's own way)
frame$block <- factor(c(1, 1, 2, 2, 1, 1, 1, 2, 2, 1, 1, 2, 2))
frame$within <- ave(frame$y, frame$block, FUN = rank)
blocked <- independence_test(within ~ g | block, frame, distribution = "exact")
out("two_groups_blocked", "within_p", as.numeric(pvalue(blocked)))
overall <- wilcox_test(y ~ g | block, frame, distribution = "exact")
out("two_groups_blocked", "overall_p", as.numeric(pvalue(overall)))

# paired: signed rank with ties; zero differences are dropped (Wilcoxon's own rule)
before <- c(5, 7, 3, 9, 4, 6, 8, 2, 5, 7, 6, 3); after <- c(6, 7, 5, 8, 6, 7, 8, 4, 4, 9, 7, 3)
moved <- after - before; moved <- moved[moved != 0]
out("paired", "signed_rank_p", wilcox.exact(moved)$p.value)
out("paired", "signed_rank_V", unname(wilcox.exact(moved)$statistic))
out("paired", "sign_scores_p", perm.test(moved, exact = TRUE)$p.value)

# edition against edition
table4 <- matrix(c(20, 10, 5, 1,  3, 30, 15, 0,  4, 5, 40, 2,  0, 0, 1, 0), 4, byrow = TRUE)
rated <- as.table(table4); dimnames(rated) <- list(old = 1:4, new = 1:4)
out("square_4", "stuart_maxwell", statistic(mh_test(rated)))
out("square_4", "stuart_maxwell_p", as.numeric(pvalue(mh_test(rated))))
table3 <- matrix(c(20, 10, 5,  3, 30, 15,  4, 5, 40), 3, byrow = TRUE)
bowker <- mcnemar.test(table3, correct = FALSE)
out("square_3", "bowker", unname(bowker$statistic))
out("square_3", "bowker_df", unname(bowker$parameter))
out("square_3", "bowker_p", bowker$p.value)

# proportional odds, on the cars that come with R; the data are printed for the other side
cars <- mtcars[order(rownames(mtcars)), c("gear", "wt", "qsec")]
for (i in seq_len(nrow(cars))) for (name in names(cars)) out(sprintf("cars_%02d", i), name, cars[i, name])
# polr differentiates the score numerically for its standard errors and stops by the relative change of the
# likelihood: standardised covariates and a small step take both to nine digits
scale_of <- sapply(cars[c("wt", "qsec")], sd)
cars[c("wt", "qsec")] <- scale(cars[c("wt", "qsec")])
fit <- polr(factor(gear) ~ wt + qsec, data = cars, Hess = TRUE,
            control = list(reltol = 1e-16, maxit = 10000, ndeps = rep(1e-4, 4)))
for (name in c("wt", "qsec")) {
  out("cars_polr", name, coef(fit)[[name]] / scale_of[[name]])
  out("cars_polr", paste0("se_", name), sqrt(diag(vcov(fit)))[[name]] / scale_of[[name]])
}
out("cars_polr", "logLik", as.numeric(logLik(fit)))

# proportional odds, cut by cut: Brant's test as car computes it for each covariate. Over all covariates car puts the
# blocks of the joint covariance below the diagonal without transposing them; here they are transposed
clerks <- data.frame(level = cut(attitude$rating, c(0, 58, 66, 72, 100), labels = FALSE),
                     learning = attitude$learning, raises = attitude$raises)
for (i in seq_len(nrow(clerks))) for (name in names(clerks)) out(sprintf("clerks_%02d", i), name, clerks[i, name])
brant <- poTest(polr(factor(level) ~ learning + raises, data = clerks, Hess = TRUE))
for (j in 1:2) out("clerks_brant", c("learning", "raises")[j], brant$chisq.p[j])
full <- brant$vcov
for (el in 2:3) for (j in seq_len(el - 1)) {
  here <- (j - 1) * 2 + 1:2; there <- (el - 1) * 2 + 1:2
  full[here, there] <- brant$vcov[here, there]; full[there, here] <- t(brant$vcov[here, there])
}
beta <- as.vector(brant$b[, -1])
across <- t(brant$D %*% beta) %*% solve(brant$D %*% full %*% t(brant$D)) %*% (brant$D %*% beta)
out("clerks_brant", "all", as.vector(across))

# Moran's I: crime in 49 districts of Columbus (Anselin 1988, Spatial Econometrics), as spdep has it
data(oldcol)
for (i in seq_along(COL.nb)) {
  out(sprintf("columbus_%02d", i), "crime", COL.OLD$CRIME[i])
  for (j in COL.nb[[i]]) if (j > i) out(sprintf("columbus_%02d", i), "neighbour", j)
}
for (style in c("W", "B")) {
  weights <- nb2listw(COL.nb, style = style)
  tested <- moran.test(COL.OLD$CRIME, weights, randomisation = TRUE)
  out("columbus_moran", paste0(style, "_I"), unname(tested$estimate[1]))
  out("columbus_moran", paste0(style, "_expected"), unname(tested$estimate[2]))
  out("columbus_moran", paste0(style, "_variance"), unname(tested$estimate[3]))
}
