package unsafe

import (
	"reflect" // want `import of reflect in functions`
	"unsafe"  // want `import of unsafe in functions`
)

var _ = reflect.TypeOf(unsafe.Pointer(nil))
