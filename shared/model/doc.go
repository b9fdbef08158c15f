// Package model learns and applies linear text classifiers: hashed word and character n-grams, TF-IDF, support
// vector machines and calibrated probabilities. The built-in models and those of tenants are made by it alike, and what
// turns text into features is the same code in training and in use.
//
// # From text to features
//
// A text is cut into words: runs of letters, digits and bytes outside ASCII. Each word is a feature, each pair of words
// in a row, and each run of 3, 4 and 5 characters inside a word with a space on both sides. A feature is a number of 20
// bits (a hash), and counts only if it stood in at least two texts of the training set: what stood in one may be
// somebody's name. Its value is (1 + ln n) · idf, and the values of words, and those of characters, are scaled to length 1
// each. Texts are expected in the folded form that the detectors see; letter case makes no difference.
//
// # From features to a probability
//
// A head is one yes-or-no question. Its weights come from an L2-regularized support vector machine, solved by dual
// coordinate descent (Hsieh et al., ICML 2008), and are kept in 16 bits. Platt's sigmoid, fitted on texts that the weights
// were not made from, turns the margin into a probability; the threshold at which a text counts as a hit is chosen
// separately, by the share of false alarms that is allowed.
//
// Training is deterministic: the same examples and options make the same bytes.
package model
