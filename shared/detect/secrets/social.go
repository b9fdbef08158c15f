package secrets

import "guardrails/shared/detect"

// social returns the rules for social networks and consumer services.
func social() []detect.Detector {
	return []detect.Detector{
		dropboxToken(),
		facebookSecret(),
		facebookToken(),
		twitterKey(),
		linkedinKey(),
		twitchToken(),
		flickrKey(),
		nytimesKey(),
		squarespaceKey(),
		intra42Secret(),
	}
}

func dropboxToken() detect.Detector {
	return detect.Detector{
		Name:      "dropbox_token",
		Type:      "SECRET_DROPBOX",
		Category:  detect.CategorySecret,
		Summary:   "Dropbox token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`dropbox`, `sl\.[\w=-]{130,200}|[a-z0-9]{11}AAAAAAAAAA[\w=-]{43}|[a-z0-9]{15}`),
			Keywords:  []string{"dropbox"},
			Ahead:     300,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"DROPBOX_TOKEN=" + "5wjzsiklqme2xd3",
				"dropboxKey: \"" + "l2c5rypnwjusfgs\"",
				"{\"dropbox_secret\": \"" + "s7mb4f2a30qpcxt\"}",
			},
			Negative: []string{
				"build " + "wckpm5nda43h2sz passed",
				"DROPBOX_TOKEN=xxxxxxxxxxxxxxx",
				"dropbox: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func facebookSecret() detect.Detector {
	return detect.Detector{
		Name:     "facebook_secret",
		Type:     "SECRET_FACEBOOK",
		Category: detect.CategorySecret,
		Summary:  "Facebook app secret",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`facebook|fb_?app`, `[a-f0-9]{32}`),
			Keywords:  []string{"facebook", "fb_app", "fbapp"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"FACEBOOK_TOKEN=" + "563b172a97d591b0c8e250da4cfbbdeb",
				"facebookKey: \"" + "6c8d61dee27f35c5be98be6f73a04031\"",
				"{\"facebook_secret\": \"" + "f7352e0670ad8b9d38954cd5a9c1b2c1\"}",
			},
			Negative: []string{
				"build " + "8cefa62703bb971a82023ff05216f14d passed",
				"FACEBOOK_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"facebook: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func facebookToken() detect.Detector {
	return detect.Detector{
		Name:      "facebook_token",
		Type:      "SECRET_FACEBOOK",
		Category:  detect.CategorySecret,
		Summary:   "Facebook access token",
		Validator: "letters and digits",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`\d{15,16}(?:\||%7C|%7c)[\w-]{27,40}|EAA[MC][a-zA-Z0-9]{100,500}`),
			Keywords:  []string{"facebook", "access_token", "%7c", "eaam", "eaac"},
			Ahead:     600,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  strictToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FACEBOOK_TOKEN=EAAM" + "UVN58oaMrdVCbPhOBgueXt2iea6rfE98ynLmBdN0UWdcWqolg3skB0AHJgKjQvAQHKYh5LtptXUVePzvDyT7ai8jEh5sc93RKGo7JpRqoYF6PKWogIT3D2zVbJFxKrgk0myszfuMauI0QplLtCOLFC",
				"{\"credential\": \"EAAM" + "P1reanQon0tVhNCwnAkrdLSvKpNNb5jgrs78gWyHx9dcY8ePzXCXNiT6HIYMtdG9OT7VUwswbWaDa6BKQuyLUY62FuGHflC30Ts0mc0ihx4jhw70dHuaXgG4SzjlR0xRZuNUA6mIBOakFornIXhCky\"}",
				"Please keep EAAM" + "L7B6nWDMMbtqIvHKPiJCRydGcZKqN0BjdtYGZpPGCbNgIg8ZD9rAI6vRkGCNcubQRYBiAoF9BKFjgEoYUHXOpUrI2ds6LsJVnrfgrGhXejVAO0SLUy6aT8Q7cvK4d4NJwklGNTMEkCoEimW9QHAu1k to yourself.",
			},
			Negative: []string{
				"FACEBOOK_TOKEN=EAAMxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"FACEBOOK_TOKEN=EAAM" + "igAbLHnwYgA6NwMfvPCyCVD7pXZJqYdxdXqBzLG0Omj5wlt6Ka",
				"Values that start with EAAM belong in the vault.",
			},
			Source: "own",
		},
	}
}

func twitterKey() detect.Detector {
	return detect.Detector{
		Name:      "twitter_key",
		Type:      "SECRET_TWITTER",
		Category:  detect.CategorySecret,
		Summary:   "Twitter (X) key, secret or token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`twitter`, `[0-9]{15,25}-[a-zA-Z0-9]{20,40}|[a-z0-9A-Z]{45}|[a-z0-9A-Z]{50}|[a-z0-9A-Z]{25}|A{22}[a-zA-Z0-9%]{80,100}`),
			Keywords:  []string{"twitter"},
			Window:    256,
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TWITTER_TOKEN=" + "fGo7mD1bdornuIKLF2qcHkwH6",
				"twitterKey: \"" + "WvOU2zc0fGUTIZ1hyisPaRQHD\"",
				"{\"twitter_secret\": \"" + "nWd2EN8j7wpPeRKnSqDrLOt6y\"}",
			},
			Negative: []string{
				"build " + "CEzmpmtiIBox0WDZvNV5K9kdS passed",
				"TWITTER_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxx",
				"twitter: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func linkedinKey() detect.Detector {
	return detect.Detector{
		Name:      "linkedin_key",
		Type:      "SECRET_LINKEDIN",
		Category:  detect.CategorySecret,
		Summary:   "LinkedIn client ID or secret",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`linked_?in`, `[a-z0-9A-Z]{16}|[a-z0-9]{14}`),
			Keywords:  []string{"linkedin", "linked_in"},
			Entropy:   2.5,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"LINKEDIN_TOKEN=" + "S2PganzxLdrXlBkT",
				"linkedinKey: \"" + "jFexUcVkLK8Ss9I6\"",
				"{\"linkedin_secret\": \"" + "5cipZ7FmNWlw8I4J\"}",
			},
			Negative: []string{
				"build " + "VJTqAIaZuX4brUvL passed",
				"LINKEDIN_TOKEN=xxxxxxxxxxxxxxxx",
				"linkedin: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func twitchToken() detect.Detector {
	return detect.Detector{
		Name:      "twitch_token",
		Type:      "SECRET_TWITCH",
		Category:  detect.CategorySecret,
		Summary:   "Twitch API token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`twitch`, `[a-z0-9]{30}`),
			Keywords:  []string{"twitch"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"TWITCH_TOKEN=" + "rg6pa81wvtu3f0xsnji870u9q8mzo7",
				"twitchKey: \"" + "7mnfzj4rkxicuj830ywe1b7s37a2tu\"",
				"{\"twitch_secret\": \"" + "hznuj0b1t0wkocvi8d82493a2fwvrd\"}",
			},
			Negative: []string{
				"build " + "74kpo8q8zt6axwvk5juam1ryjeb3zh passed",
				"TWITCH_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"twitch: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func flickrKey() detect.Detector {
	return detect.Detector{
		Name:      "flickr_key",
		Type:      "SECRET_FLICKR",
		Category:  detect.CategorySecret,
		Summary:   "Flickr access token",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`flickr`, `[a-z0-9]{32}`),
			Keywords:  []string{"flickr"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"FLICKR_TOKEN=" + "hy8r8o16kv9nait4htwxf2pjoa01qqzs",
				"flickrKey: \"" + "zg5jskhcb37w42mjyiotsxru80e66ag5\"",
				"{\"flickr_secret\": \"" + "1a7w54p90duedt3zl827v7qqazofesrm\"}",
			},
			Negative: []string{
				"build " + "j85f6ok6ba51c2vh2nn7mverp4stsc39 passed",
				"FLICKR_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"flickr: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func nytimesKey() detect.Detector {
	return detect.Detector{
		Name:      "nytimes_key",
		Type:      "SECRET_NYTIMES",
		Category:  detect.CategorySecret,
		Summary:   "New York Times API key",
		Validator: "letters and digits",
		Base:      0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`nytimes|new-york-times|newyorktimes`, `[\w=-]{32}`),
			Keywords:  []string{"nytimes", "new-york-times", "newyorktimes"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  mixedToken,
		},
		Samples: detect.Samples{
			Positive: []string{
				"NYTIMES_TOKEN=" + "9F04GxEk1TiY3CngfHMSUvzVj6Z0sDSe",
				"nytimesKey: \"" + "xXGE1yr7yUPuMgvtAlqI4bBkQhw3fN3O\"",
				"{\"nytimes_secret\": \"" + "6fWXGxirgesTI82iBbZqm3dNbeMtLyaU\"}",
			},
			Negative: []string{
				"build " + "CILJKlsi1cgiQ8T2KPyqkxujanrXe5qW passed",
				"NYTIMES_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"nytimes: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func squarespaceKey() detect.Detector {
	return detect.Detector{
		Name:     "squarespace_key",
		Type:     "SECRET_SQUARESPACE",
		Category: detect.CategorySecret,
		Summary:  "Squarespace access token",
		Base:     0.85,
		Pattern: &detect.Pattern{
			Regexp:    assigned(`squarespace`, `[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`),
			Keywords:  []string{"squarespace"},
			Entropy:   3,
			Stopwords: placeholders(),
		},
		Samples: detect.Samples{
			Positive: []string{
				"SQUARESPACE_TOKEN=" + "92368fa9-3f64-899a-51aa-12a89718b9ae",
				"squarespaceKey: \"" + "7c3ed028-69bb-2ca3-e84f-09d37223f473\"",
				"{\"squarespace_secret\": \"" + "d645ef4c-7465-cda3-db87-fee156beb4b9\"}",
			},
			Negative: []string{
				"build " + "feacbe72-0259-e157-db9c-a23e86cab148 passed",
				"SQUARESPACE_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"squarespace: the build of last night passed all tests",
			},
			Source: "own",
		},
	}
}

func intra42Secret() detect.Detector {
	return detect.Detector{
		Name:      "intra42_secret",
		Type:      "SECRET_INTRA42",
		Category:  detect.CategorySecret,
		Summary:   "42 School client secret",
		Validator: "prefix and length",
		Base:      0.95,
		Pattern: &detect.Pattern{
			Regexp:    token(`s-s4t2(?:ud|af)-[a-f0-9]{64}`),
			Keywords:  []string{"s-s4t2"},
			Entropy:   3,
			Stopwords: placeholders(),
			Validate:  valid,
		},
		Samples: detect.Samples{
			Positive: []string{
				"INTRA42_SECRET=s-s4t2ud-" + "81517ec532ddfc439f38a773c02b0a496777b2e6819c2c30a8e1c47f5690096d",
				"{\"credential\": \"s-s4t2ud-" + "9b22a6559f2e961c83f1990a16cad54dc5d95612ebaaf8507a84e378f053794c\"}",
				"Please keep s-s4t2ud-" + "43f1c9cb867da4c2630ad86fef8b5b2d9982df9fac4ee005f67daa63b37d305a to yourself.",
			},
			Negative: []string{
				"INTRA42_SECRET=s-s4t2ud-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				"INTRA42_SECRET=s-s4t2ud-" + "1a647c31059812f3ceeb8",
				"Values that start with s-s4t2ud- belong in the vault.",
			},
			Source: "own",
		},
	}
}
