package tour

import "testing"

func TestReadTour(t *testing.T) {
	t.Parallel()
	stops, err := readTour("before ```sh\nnot this\n```\n<!-- tour -->\n```sh\none\n```\ntext\n```sh\ntwo\n```\n```\nout of two\n```\n<!-- /tour -->", false)
	if err != nil || len(stops) != 2 || stops[0] != (stop{"one\n", ""}) || stops[1] != (stop{"two\n", "out of two\n"}) {
		t.Errorf("%q, %v", stops, err)
	}
	if _, err := readTour("no tour", false); err == nil {
		t.Error("a README without a tour passes")
	}
}
