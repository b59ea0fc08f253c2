import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** An acquire by Java's own HTTP client, told nothing but the service's own URL. */
class Acquire {
    public static void main(String[] arguments) throws Exception {
        String body = "{\"cname\":\"lesson\",\"uid\":\"527841\",\"clientRequest\":{}}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .header("Authorization", "Basic aWQ6c2VjcmV0")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpClient client = HttpClient.newHttpClient();
        System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
