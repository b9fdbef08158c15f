package cfn

// Ref is a resource's or a parameter's own value.
func Ref(id string) Map { return Map{"Ref": id} }

// GetAtt is an attribute of a resource of the same template.
func GetAtt(id, attribute string) Map { return Map{"Fn::GetAtt": List{id, attribute}} }

// Sub fills ${names} in text: pseudo parameters and logical ids.
func Sub(text string) Map { return Map{"Fn::Sub": text} }

// SubWith is Sub with values of its own beside them.
func SubWith(text string, values Map) Map { return Map{"Fn::Sub": List{text, values}} }

// ImportValue is what another stack exports under the name.
func ImportValue(name string) Map { return Map{"Fn::ImportValue": name} }

// Join is the values with a separator between them.
func Join(separator string, values ...any) Map { return Map{"Fn::Join": List{separator, values}} }

// ARN is the name of a resource of this account and region: ARN("sqs", "guardrails-dev-tasks").
func ARN(service, rest string) Map {
	return Sub("arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + rest)
}

// Tags are tags as most resources take them, in the order of their keys.
func Tags(pairs ...[2]string) List {
	out := List{}
	for _, p := range pairs {
		out = append(out, Map{"Key": p[0], "Value": p[1]})
	}
	return out
}
