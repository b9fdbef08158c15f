package pii

import (
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func socialHandle() detect.Detector {
	const networks = `twitter|x\.com|instagram|insta|tiktok|telegram|snapchat|mastodon|bluesky|facebook|linkedin|youtube|twitch|discord|reddit|pinterest|weibo|wechat|vkontakte|social media`
	return detect.Detector{
		Name: "social_handle", Type: "SOCIAL_HANDLE", Category: detect.CategoryPII,
		Summary: "Name in a social network behind its label",
		Base:    baseCued,
		Pattern: &detect.Pattern{
			Regexp: cued(`(?:`+networks+`)(?:[ -](?:handle|account|profile|user(?:name)?|name|konto|profil|compte|cuenta|perfil|account-?naam))?|(?:my|his|her|their|your) handle`, `@[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])`),
			Keywords: []string{
				"twitter", "x.com", "insta", "tiktok", "telegram", "snapchat", "mastodon", "bluesky", "facebook", "linkedin", "youtube", "twitch", "discord", "reddit", "pinterest",
				"weibo", "wechat", "vkontakte", "social media", " handle",
			},
			Window:   24,
			Ahead:    64,
			Validate: validHandle,
		},
		Samples: detect.Samples{
			Positive: []string{"Twitter: @jane_doe84", "find me on Instagram @k.meier", "her TikTok account is @zbig.kantor", "my handle is @oduya", "Telegram-Konto: @priya_raman", "cuenta de Twitter: @maria.lopez"},
			Negative: []string{"@Override the handle", "npm install @types/node", "twitter @ noon", "mail twitter@example.com", "Instagram: @a", "the handle of the door", "meet us on Facebook"},
			Source:   "own",
		},
	}
}

// validHandle leaves out numbers, and runs of dots.
func validHandle(s string) detect.Verdict {
	if strings.Contains(s, "..") || checksum.IsDigits(s[1:]) {
		return detect.Reject
	}
	return detect.Plausible
}
