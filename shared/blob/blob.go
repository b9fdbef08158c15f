package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/seal"
	"guardrails/shared/tenantrole"
)

// ErrNotDeclared is returned when a function uses a bucket in a way that its Spec does not declare.
var ErrNotDeclared = errors.New("blob: access not declared by the function")

// Access is what the holder of a Store may do with it.
type Access struct {
	Read, Write bool
}

// Store is one S3 bucket. Keys are "T/<tenant>/<path>".
type Store struct {
	api    *s3.Client
	bucket string
	access Access
	keys   *seal.Keys
	roles  *tenantrole.Roles
}

// New returns a client of the physical bucket. keys seals content; it may be nil where only uploads are touched. Calls
// for a tenant use the credentials that roles has for it.
func New(api *s3.Client, bucket string, access Access, keys *seal.Keys, roles *tenantrole.Roles) *Store {
	return &Store{api: api, bucket: bucket, access: access, keys: keys, roles: roles}
}

// as makes a call with the tenant's credentials.
func (b *Store) as(s scope.Scope) func(*s3.Options) {
	c := b.roles.For(s, scope.Scope{})
	return func(o *s3.Options) {
		if c != nil {
			o.Credentials = c
		}
	}
}

func objectKey(s scope.Scope, path string) string { return "T/" + s.TenantID() + "/" + path }

func failure(doing string, err error) error {
	return outage.Failure("The object store does not answer now.", doing, err)
}

// Put seals data under the tenant's key and stores it. When it returns nil the object is durable.
func (b *Store) Put(ctx context.Context, s scope.Scope, path string, data []byte) error {
	if !b.access.Write || b.keys == nil {
		return fmt.Errorf("put to %s: %w", b.bucket, ErrNotDeclared)
	}
	key := objectKey(s, path)
	kid, sealed, err := b.keys.Tenant(s).Seal(ctx, data, []byte(key))
	if err != nil {
		return err
	}
	_, err = b.api.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.bucket, Key: &key, Body: bytes.NewReader(sealed), ContentType: aws.String("application/octet-stream"), Metadata: map[string]string{"kid": kid},
	}, b.as(s))
	if err != nil {
		return failure("put to "+b.bucket, err)
	}
	return nil
}

// Get opens what Put stored, at most limit bytes of it. It returns errs.NotFound if there is none.
func (b *Store) Get(ctx context.Context, s scope.Scope, path string, limit int64) ([]byte, error) {
	if !b.access.Read || b.keys == nil {
		return nil, fmt.Errorf("get from %s: %w", b.bucket, ErrNotDeclared)
	}
	res, err := b.open(ctx, s, path, isAbsent)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	sealed, err := io.ReadAll(io.LimitReader(res.Body, limit+64))
	if err != nil {
		return nil, failure("read from "+b.bucket, err)
	}
	return b.keys.Tenant(s).Open(ctx, res.Metadata["kid"], sealed, []byte(objectKey(s, path)))
}

func (b *Store) open(ctx context.Context, s scope.Scope, path string, missing func(error) bool) (*s3.GetObjectOutput, error) {
	key := objectKey(s, path)
	res, err := b.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: &key}, b.as(s))
	if missing(err) {
		return nil, errNoObject
	}
	if err != nil {
		return nil, failure("get from "+b.bucket, err)
	}
	return res, nil
}

var errNoObject = errs.New(errs.NotFound, "There is no such object.")

// isAbsent reports whether S3 says that it has no such object.
func isAbsent(err error) bool {
	var noKey *types.NoSuchKey
	var notFound *types.NotFound // a HEAD has no body to say more
	return errors.As(err, &noKey) || errors.As(err, &notFound)
}

// isMissing is isAbsent for what callers upload, or do not. Without the permission to list a bucket S3 does not tell what is
// missing from what is forbidden, and says 403. Functions have no such permission, but may read every key that begins with
// the tenant's, and no other is ever asked for: so forbidden means missing. Of what we have stored ourselves it means that
// something is wrong with the role or the key.
func isMissing(err error) bool {
	var res *awshttp.ResponseError
	return isAbsent(err) || errors.As(err, &res) && res.HTTPStatusCode() == http.StatusForbidden && !expiredCredentials(err)
}

// expiredCredentials reports whether a 403 is about the function's own credentials, which says nothing about the object.
func expiredCredentials(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() != "AccessDenied" && api.ErrorCode() != "Forbidden"
}

// Upload is a presigned request that a caller makes to store an object.
type Upload struct {
	URL     string
	Headers map[string]string
}

// PresignPut lets a caller store one object of this type, and of this size if it is not 0, until it expires.
func (b *Store) PresignPut(ctx context.Context, s scope.Scope, path, contentType string, size int64, expires time.Duration) (Upload, error) {
	if !b.access.Write {
		return Upload{}, fmt.Errorf("presign for %s: %w", b.bucket, ErrNotDeclared)
	}
	key := objectKey(s, path)
	in := &s3.PutObjectInput{Bucket: &b.bucket, Key: &key, ContentType: &contentType}
	if size > 0 {
		in.ContentLength = &size
	}
	req, err := s3.NewPresignClient(b.api).PresignPutObject(ctx, in, s3.WithPresignExpires(expires), s3.WithPresignClientFromClientOptions(b.as(s)))
	if err != nil {
		return Upload{}, fmt.Errorf("presign upload: %w", err)
	}
	return Upload{URL: req.URL, Headers: signedHeaders(req)}, nil
}

func signedHeaders(req *v4.PresignedHTTPRequest) map[string]string {
	out := map[string]string{}
	for name, values := range req.SignedHeader {
		if name != "Host" && name != "Content-Length" && len(values) > 0 {
			out[name] = values[0]
		}
	}
	return out
}

// Open reads an object that a caller uploaded, unsealed, and tells its size. The caller closes it.
// It returns errs.NotFound if nothing was uploaded.
func (b *Store) Open(ctx context.Context, s scope.Scope, path string) (io.ReadCloser, int64, error) {
	if !b.access.Read {
		return nil, 0, fmt.Errorf("get from %s: %w", b.bucket, ErrNotDeclared)
	}
	res, err := b.open(ctx, s, path, isMissing)
	if err != nil {
		return nil, 0, err
	}
	return res.Body, aws.ToInt64(res.ContentLength), nil
}

// ErrChanged is returned when an uploaded object is no longer the one that was looked at.
var ErrChanged = errors.New("blob: the object has changed")

// OpenAt is Open from byte offset on; from its end on there is nothing to read. It returns ErrChanged if the object does not have the tag that Stat told, and
// errs.NotFound if there is none.
func (b *Store) OpenAt(ctx context.Context, s scope.Scope, path, tag string, offset int64) (io.ReadCloser, error) {
	if !b.access.Read {
		return nil, fmt.Errorf("get from %s: %w", b.bucket, ErrNotDeclared)
	}
	key := objectKey(s, path)
	res, err := b.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: &key, Range: aws.String(fmt.Sprintf("bytes=%d-", offset)), IfMatch: &tag}, b.as(s))
	if isMissing(err) {
		return nil, errNoObject
	}
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "PreconditionFailed" {
		return nil, ErrChanged
	}
	if errors.As(err, &api) && api.ErrorCode() == "InvalidRange" {
		return http.NoBody, nil
	}
	if err != nil {
		return nil, failure("get from "+b.bucket, err)
	}
	return res.Body, nil
}

// Stat is what an uploaded object is: its size in bytes, and a tag that another content would not have.
type Stat struct {
	Size int64
	Tag  string
}

// Stat looks at an uploaded object; errs.NotFound if nothing was uploaded.
func (b *Store) Stat(ctx context.Context, s scope.Scope, path string) (Stat, error) {
	if !b.access.Read {
		return Stat{}, fmt.Errorf("head of %s: %w", b.bucket, ErrNotDeclared)
	}
	key := objectKey(s, path)
	res, err := b.api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: &key}, b.as(s))
	if isMissing(err) {
		return Stat{}, errNoObject
	}
	if err != nil {
		return Stat{}, failure("head of "+b.bucket, err)
	}
	return Stat{Size: aws.ToInt64(res.ContentLength), Tag: aws.ToString(res.ETag)}, nil
}

// Delete removes an object; one that is not there is no error.
func (b *Store) Delete(ctx context.Context, s scope.Scope, path string) error {
	if !b.access.Write {
		return fmt.Errorf("delete from %s: %w", b.bucket, ErrNotDeclared)
	}
	key := objectKey(s, path)
	if _, err := b.api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.bucket, Key: &key}, b.as(s)); err != nil {
		return failure("delete from "+b.bucket, err)
	}
	return nil
}
