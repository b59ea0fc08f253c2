// A recording from its start to its files, with net/http.
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"syscall"
)

type object = map[string]any

func main() {
	if err := record(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func record() error {
	url, end, err := serving()
	if err != nil {
		return err
	}
	defer end()

	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	appID := fmt.Sprintf("%x", random) // a world of its own
	api := url + "/v1/apps/" + appID + "/cloud_recording"
	world := url + "/_mockrec/worlds/" + appID

	if _, err := call("GET", url+"/_mockrec/health", nil); err != nil {
		return err
	}
	acquired, err := call("POST", api+"/acquire", body(object{}))
	if err != nil {
		return err
	}
	path := fmt.Sprintf("%s/resourceid/%s", api, acquired["resourceId"])
	started, err := call("POST", path+"/mode/mix/start", body(object{
		"recordingFileConfig": object{"avFileType": []string{"hls", "mp4"}},
		"storageConfig": object{
			"vendor": 1, "region": 0, "bucket": "lessons", "accessKey": "key", "secretKey": "secret",
		},
	}))
	if err != nil {
		return err
	}
	path = fmt.Sprintf("%s/sid/%s/mode/mix", path, started["sid"])

	if _, err := call("POST", world+"/clock/advance", object{"by": "60s"}); err != nil {
		return err
	}

	queried, err := call("GET", path+"/query", nil)
	if err != nil {
		return err
	}
	if status := queried["serverResponse"].(object)["status"]; status != 5.0 {
		return fmt.Errorf("the status is %v, not 5: recording", status)
	}

	answer, err := call("POST", path+"/stop", body(object{}))
	if err != nil {
		return err
	}
	stopped := answer["serverResponse"].(object)
	if stopped["uploadingStatus"] != "uploaded" {
		return fmt.Errorf("uploading ended as %v", stopped)
	}

	listed, err := call("GET", world+"/files", nil)
	if err != nil {
		return err
	}
	there := map[any]bool{}
	for _, file := range listed["files"].([]any) {
		name := file.(object)["key"]
		there[name] = true
		fmt.Println(name)
	}
	for _, file := range stopped["fileList"].([]any) {
		if name := file.(object)["fileName"]; !there[name] {
			return fmt.Errorf("%v was promised, but is not there", name)
		}
	}
	return nil
}

func body(request object) object {
	return object{"cname": "class-7", "uid": "527841", "clientRequest": request}
}

// call sends a request, which has to be answered with 200, and returns the answer.
func call(method, address string, document object) (object, error) {
	var content io.Reader
	if document != nil {
		encoded, err := json.Marshal(document)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, address, content)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth("customer", "secret")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d %s", address, response.StatusCode, text)
	}
	answer := object{}
	return answer, json.Unmarshal(text, &answer)
}

// serving starts a mockrec, unless MOCKREC_URL names one; it returns its address and how to end it.
func serving() (string, func(), error) {
	if url := os.Getenv("MOCKREC_URL"); url != "" {
		return url, func() {}, nil
	}
	command := exec.Command("mockrec", "serve", "--port", "0", "--clock", "manual", "--storage", "memory")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	end := func() {
		command.Process.Signal(syscall.SIGTERM)
		command.Wait()
	}
	line, _ := bufio.NewReader(output).ReadString('\n')
	found := regexp.MustCompile(` ready on (\S+) in `).FindStringSubmatch(line)
	if found == nil {
		end()
		return "", nil, fmt.Errorf("mockrec did not start: %q", line)
	}
	return found[1], end, nil
}
