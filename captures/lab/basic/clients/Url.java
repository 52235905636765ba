// SPDX-License-Identifier: BSD-2-Clause
// Url PROXYHOST PORT USER PASSWORD URL...: HttpURLConnection with an Authenticator (empty user: none)
import java.net.*;

public class Url {
    public static void main(String[] a) throws Exception {
        if (!a[2].isEmpty())
            Authenticator.setDefault(new Authenticator() {
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(a[2], a[3].toCharArray());
                }
            });
        Proxy p = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(a[0], Integer.parseInt(a[1])));
        for (int i = 4; i < a.length; i++)
            try {
                HttpURLConnection c = (HttpURLConnection) new URL(a[i]).openConnection(p);
                int code = c.getResponseCode();
                (code < 400 ? c.getInputStream() : c.getErrorStream()).readAllBytes();
                System.out.println(code);
            } catch (Exception e) {
                System.out.println(e);
            }
    }
}
