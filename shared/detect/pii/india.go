package pii

import (
	"guardrails/shared/detect"
	"guardrails/shared/detect/checksum"
)

func india() []detect.Detector {
	return []detect.Detector{inAadhaar(), inPAN(), inGSTIN(), inVoter(), inUPI(), pkCNIC(), lkNIC(), lkNICDigits()}
}

func inAadhaar() detect.Detector {
	return detect.Detector{
		Name: "in_aadhaar", Type: "IN_AADHAAR", Category: detect.CategoryPII,
		Summary: "Indian Aadhaar number", Validator: "verhoeff",
		Base: baseWeak, NeedContext: true,
		Context:  []string{"aadhaar", "aadhar", "aadhaar number", "uidai", "uid", "adhaar", "enrolment"},
		Negative: []string{"sensor", "reading", "readings"},
		Number: &detect.Number{
			Masks: []string{"9999_9999_9999", "999999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[0] >= '2' && !palindrome(s) && checksum.Verhoeff(s))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"Aadhaar 3449 0151 5244", "aadhaar number 469598154535", "UIDAI: 3103-8682-3818"},
			Negative: []string{"Aadhaar 3449 0151 5245", "Aadhaar 34490151524411", "Aadhaar 1449 0151 5244", "batch 469598154535", "2288.0020.0008"},
			Source:   "own",
		},
	}
}

// palindrome holds for numbers that read the same backwards, which are not issued.
func palindrome(s string) bool {
	for i := range len(s) / 2 {
		if s[i] != s[len(s)-1-i] {
			return false
		}
	}
	return true
}

// inHolders are the letters for the kind of holder in a permanent account number.
const inHolders = "ABCFGHLJPT"

func inPAN() detect.Detector {
	return detect.Detector{
		Name: "in_pan", Type: "IN_PAN", Category: detect.CategoryPII,
		Summary: "Indian permanent account number", Validator: "holder letter and serial",
		Base:    0.40,
		Context: []string{"pan", "pan card", "pan number", "permanent account", "income tax", "india"},
		Number: &detect.Number{
			Masks: []string{"AAAAA9999A"},
			Validate: func(s string) detect.Verdict {
				return verdict(hasByte(inHolders, s[3]) && s[5:9] != "0000")
			},
		},
		Samples: detect.Samples{
			Positive: []string{"PAN ABCPK1234L", "pan card: AFZPK7190K", "permanent account number AAACR5055K"},
			Negative: []string{"PAN ABCDK1234L", "PAN ABCPK12345", "PAN ABCPK1234LX", "PAN ABCPK0000L"},
			Source:   "own",
		},
	}
}

func inGSTIN() detect.Detector {
	return detect.Detector{
		Name: "in_gstin", Type: "IN_GSTIN", Category: detect.CategoryPII,
		Summary: "Indian goods and services tax number", Validator: "state, account number and mod 36",
		Base:    baseStrong,
		Context: []string{"gstin", "gst", "gst number", "goods and services tax"},
		Number: &detect.Number{
			Masks:    []string{"99AAAAA9999AXZX"},
			Validate: validGSTIN,
		},
		Samples: detect.Samples{
			Positive: []string{"GSTIN 27PDRFT0943I1Z6", "gst: 27JWDPN0779R1ZG", "27QYECE4835M1ZH"},
			Negative: []string{"GSTIN 27PDRFT0943I1Z7", "GSTIN 99PDRFT0943I1Z6", "GSTIN 27PDRFT0943I1Z66"},
			Source:   "own",
		},
	}
}

func validGSTIN(s string) detect.Verdict {
	state := number(s[:2])
	sum := 0
	for i := range 14 {
		v := checksum.Value(s[i]) * (1 + i%2)
		sum += v/36 + v%36
	}
	known := (state >= 1 && state <= 38) || state == 97
	return verdict(known && hasByte(inHolders, s[5]) && s[12] != '0' && s[13] == 'Z' && checksum.Value(s[14]) == (36-sum%36)%36)
}

func inVoter() detect.Detector {
	return detect.Detector{
		Name: "in_voter", Type: "IN_VOTER", Category: detect.CategoryPII,
		Summary: "Indian voter identity number",
		Base:    0.25, NeedContext: true,
		Context: []string{"voter", "voter id", "epic", "epic number", "election card", "elector"},
		Number: &detect.Number{
			Masks:    []string{"AAA9999999"},
			Validate: func(s string) detect.Verdict { return notFiller(s[3:]) },
		},
		Samples: detect.Samples{
			Positive: []string{"voter id ABX4820193", "EPIC number: GDN0225185", "voter card WRF2941703"},
			Negative: []string{"voter id ABX482019", "voter id ABX48201933", "part ABX4820193", "voter id ABX0000000"},
			Source:   "own",
		},
	}
}

func notFiller(s string) detect.Verdict {
	if repeated(s) {
		return detect.Reject
	}
	return detect.Plausible
}

func inUPI() detect.Detector {
	return detect.Detector{
		Name: "in_upi", Type: "IN_UPI", Category: detect.CategoryPII,
		Summary: "Payment address of India's UPI", Validator: "handle of a bank or app",
		Base: 0.45, NeedContext: true,
		Context: []string{"upi", "upi id", "vpa", "virtual payment address", "gpay", "google pay", "phonepe", "paytm", "bhim", "pay to", "send money", "pay me", "payment to"},
		Anchor:  &detect.Anchor{Bytes: "@", Scan: scanUPI},
		Samples: detect.Samples{
			Positive: []string{"UPI ID priya.raman@okaxis", "pay to 9820481937@paytm", "VPA: k-meier84@ybl", "GPay zbig_kantor@okhdfcbank", "send money to shop.2048@upi."},
			Negative: []string{"UPI ID priya.raman@okaxis.com", "user@okaxis joined", "UPI ID priya@localhost", "UPI ID @okaxis", "pay to root@paytmserver", "UPI a@ybl"},
			Source:   "own",
		},
	}
}

// upiHandles are the handles of the larger banks and apps.
var upiHandles = words(`okaxis oksbi okhdfcbank okicici paytm ptaxis ptsbi pthdfc ptyes ybl ibl axl upi apl yapl rapl axisb axisbank sbi hdfcbank icici kotak kmbl indus idfcbank federal cnrb barodampay pnb unionbank boi
mahb idbi rbl yesbank yesbankltd airtel postbank dbs hsbc citi jupiteraxis fam slice waaxis waicici wahdfcbank wasbi freecharge ikwik timecosmos tapicici amazonpay`)

// scanUPI takes a local part and a known handle with nothing behind it that a mail address would have.
func scanUPI(text string, at int) (int, int, detect.Verdict) {
	if at < 3 || at+1 >= len(text) || !isAlnum(text[at-1]) || !isAlnum(text[at+1]) {
		return 0, 0, detect.Reject
	}
	start, end := at, at+1
	for start > 0 && at-start < 50 && (isAlnum(text[start-1]) || hasByte(".-_", text[start-1])) {
		start--
	}
	for end < len(text) && end-at < 24 && isAlnum(text[end]) {
		end++
	}
	for start < at && !isAlnum(text[start]) {
		start++
	}
	if at-start < 3 || start > 0 && isWord(text[start-1]) || end < len(text) && (isWord(text[end]) || hasByte("@_-", text[end])) {
		return 0, 0, detect.Reject
	}
	if end+1 < len(text) && text[end] == '.' && isWord(text[end+1]) {
		return 0, 0, detect.Reject
	}
	return start, end, verdict(upiHandles.has(text[at+1 : end]))
}

func pkCNIC() detect.Detector {
	return detect.Detector{
		Name: "pk_cnic", Type: "PK_CNIC", Category: detect.CategoryPII,
		Summary: "Pakistani identity card number", Validator: "province and sex digit",
		Base: baseShared, NeedContext: true,
		Context: []string{"cnic", "nadra", "cnic no", "nicop", "computerized national identity card", "pakistani id", "pakistan", "شناختی کارڈ", "قومی شناختی کارڈ"},
		Number: &detect.Number{
			Masks: []string{"99999-9999999-9", "9999999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(s[0] >= '1' && s[0] <= '7' && s[12] != '0' && !repeated(s[5:12]))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"CNIC 42201-0397640-8", "NADRA: 3520248201937", "شناختی کارڈ 61101-7204815-3", "CNIC No. 17301-2048193-5", "Pakistani ID 54400-1928375-1"},
			Negative: []string{"CNIC 92201-0397640-8", "CNIC 42201-0397640-0", "CNIC 42201-0397640-88", "parcel 3520248201937", "42201-0397640-8"},
			Source:   "own",
		},
	}
}

func lkNIC() detect.Detector {
	return detect.Detector{
		Name: "lk_nic", Type: "LK_NIC", Category: detect.CategoryPII,
		Summary: "Sri Lankan identity card number", Validator: "birth year and day of the year",
		Base: 0.30, NeedContext: true,
		Context: append([]string{"nic"}, lankanContext...),
		Number: &detect.Number{
			Masks: []string{"999999999A"},
			Validate: func(s string) detect.Verdict {
				return verdict((s[9] == 'V' || s[9] == 'X') && dayOfYear(1900+number(s[:2]), number(s[2:5])))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIC 853400937V", "Sri Lankan ID 727204815X", "NIC number 916320481V"},
			Negative: []string{"NIC 854400937V", "NIC 853400937W", "NIC 8534009377V", "lot 853400937V"},
			Source:   "own",
		},
	}
}

// lankanContext leaves out "nic", which network cards are called as well.
var lankanContext = []string{"nic no", "nic number", "national identity card", "sri lanka", "sri lankan id", "jathika handunumpatha", "ජාතික හැඳුනුම්පත", "தேசிய அடையாள அட்டை"}

func lkNICDigits() detect.Detector {
	return detect.Detector{
		Name: "lk_nic_digits", Type: "LK_NIC", Category: detect.CategoryPII,
		Summary: "Sri Lankan identity card number of twelve digits", Validator: "birth year and day of the year",
		Base: 0.30, NeedContext: true,
		Context: lankanContext,
		Number: &detect.Number{
			Masks: []string{"999999999999"},
			Validate: func(s string) detect.Verdict {
				return verdict(dayOfYear(number(s[:4]), number(s[4:7])))
			},
		},
		Samples: detect.Samples{
			Positive: []string{"NIC No: 198534000937", "national identity card 200115602048", "Sri Lankan ID 197256704815"},
			Negative: []string{"NIC No 178534000937", "NIC No 198500000937", "NIC 198534000937", "NIC No 1985340009377"},
			Source:   "own",
		},
	}
}

// dayOfYear judges a birth date that is given as year and day of the year, which is 500 more for women.
func dayOfYear(year, day int) bool {
	if day > 500 {
		day -= 500
	}
	return year >= 1900 && year < 2030 && day >= 1 && day <= 366
}
