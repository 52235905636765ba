// SPDX-License-Identifier: BSD-2-Clause
import java.io.InputStream;
import java.net.*;

/** java Get PROXY PORT USER PASSWORD URL... : HttpURLConnection with an Authenticator. */
public class Get {
    public static void main(String[] a) throws Exception {
        Authenticator.setDefault(new Authenticator() {
            @Override protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(a[2], a[3].toCharArray());
            }
        });
        Proxy p = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(a[0], Integer.parseInt(a[1])));
        for (int i = 4; i < a.length; i++) {
            HttpURLConnection c = (HttpURLConnection) new URL(a[i]).openConnection(p);
            try {
                System.out.println(c.getResponseCode());
                InputStream in = c.getResponseCode() < 400 ? c.getInputStream() : c.getErrorStream();
                if (in != null) in.readAllBytes();
            } catch (Exception e) {
                System.out.println(e);
            }
        }
    }
}
