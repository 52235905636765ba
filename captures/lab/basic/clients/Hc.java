// SPDX-License-Identifier: BSD-2-Clause
// Hc PROXYHOST PORT USER PASSWORD URL...: java.net.http.HttpClient with an Authenticator
import java.net.*;
import java.net.http.*;

public class Hc {
    public static void main(String[] a) throws Exception {
        HttpClient c = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .proxy(ProxySelector.of(new InetSocketAddress(a[0], Integer.parseInt(a[1]))))
            .authenticator(new Authenticator() {
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(a[2], a[3].toCharArray());
                }
            }).build();
        for (int i = 4; i < a.length; i++)
            try {
                System.out.println(c.send(HttpRequest.newBuilder(URI.create(a[i])).build(),
                    HttpResponse.BodyHandlers.ofString()).statusCode());
            } catch (Exception e) {
                System.out.println(e);
            }
    }
}
