package unsafe

import "reflect"

var same = reflect.DeepEqual
