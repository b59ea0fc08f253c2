// A recording from its start to its files, with java.net.http.HttpClient.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Without a JSON library: patterns take out of the answers what is needed. */
class Recording {
    private static final String AUTHORIZATION =
            "Basic " + Base64.getEncoder().encodeToString("customer:secret".getBytes());
    private static final String BODY =
            "{\"cname\":\"class-7\",\"uid\":\"527841\",\"clientRequest\":{%s}}";
    private static final String START = "\"recordingFileConfig\":{\"avFileType\":[\"hls\",\"mp4\"]},"
            + "\"storageConfig\":{\"vendor\":1,\"region\":0,\"bucket\":\"lessons\","
            + "\"accessKey\":\"key\",\"secretKey\":\"secret\"}";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] arguments) throws Exception {
        Process process = null;
        try {
            String url = System.getenv("MOCKREC_URL");
            if (url == null) {
                process = new ProcessBuilder("mockrec", "serve",
                        "--port", "0", "--clock", "manual", "--storage", "memory")
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
                url = ready(process);
            }
            record(url);
        } catch (IOException | IllegalStateException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(end(process, 1));
        }
        System.exit(end(process, 0));
    }

    private static void record(String url) throws IOException, InterruptedException {
        String appId = UUID.randomUUID().toString().replace("-", ""); // a world of its own
        String api = url + "/v1/apps/" + appId + "/cloud_recording";
        String world = url + "/_mockrec/worlds/" + appId;
        call("GET", url + "/_mockrec/health", "");

        String acquired = call("POST", api + "/acquire", BODY.formatted(""));
        String path = api + "/resourceid/" + text(acquired, "resourceId").get(0);
        String started = call("POST", path + "/mode/mix/start", BODY.formatted(START));
        path += "/sid/" + text(started, "sid").get(0) + "/mode/mix";

        call("POST", world + "/clock/advance", "{\"by\":\"60s\"}");

        String queried = call("GET", path + "/query", "");
        check(queried.contains("\"status\":5,"), "the status is not 5, recording: " + queried);

        String stopped = call("POST", path + "/stop", BODY.formatted(""));
        check(text(stopped, "uploadingStatus").equals(List.of("uploaded")), "not uploaded: " + stopped);

        List<String> names = text(call("GET", world + "/files", ""), "key");
        List<String> promised = text(stopped, "fileName");
        check(names.containsAll(promised), promised + " were promised; there are " + names);
        System.out.println(String.join("\n", names));
    }

    private static String call(String method, String address, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .header("Authorization", AUTHORIZATION)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        var answer = CLIENT.send(request, BodyHandlers.ofString());
        check(answer.statusCode() == 200,
                address + " answered " + answer.statusCode() + " " + answer.body());
        return answer.body();
    }

    /** Every text that stands behind this key. */
    private static List<String> text(String json, String key) {
        Pattern pattern = Pattern.compile("\"" + key + "\"\\s*:\\s*\"([^\"]*)\"");
        return pattern.matcher(json).results().map((MatchResult found) -> found.group(1)).toList();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static String ready(Process process) throws IOException {
        String line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
        var found = Pattern.compile(" ready on (\\S+) in ").matcher(line == null ? "" : line);
        check(found.find(), "mockrec did not start: " + line);
        return found.group(1);
    }

    private static int end(Process process, int code) throws InterruptedException {
        if (process != null) {
            process.destroy();
            process.waitFor();
        }
        return code;
    }
}
