package starling.link.mqtt;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/**
 * Where a broker listens.
 *
 * @param host a name or an address; IPv6 without brackets
 * @param port the TCP port
 * @param tls whether it speaks TLS
 */
public record BrokerAddress(String host, int port, boolean tls) {

    public BrokerAddress {
        if (host.isEmpty()) {
            throw new LinkException(Reason.UNFIT, "a broker's host must not be empty");
        }
        if (port < 1 || port > 65535) {
            throw new LinkException(Reason.UNFIT, "a broker's port must be 1 to 65535: it is " + port);
        }
    }

    /**
     * Parses {@code mqtt://host[:1883]} or {@code mqtts://host[:8883]}; {@code tcp} and {@code ssl} mean the same.
     *
     * @throws LinkException with reason UNFIT if it is anything else, or carries a user, a path or a query
     */
    public static BrokerAddress parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw unfit("it cannot be parsed");
        }
        if (uri.getRawUserInfo() != null) {
            throw unfit("it carries a user; credentials belong into a file");
        }
        String scheme = uri.getScheme();
        boolean plain = "mqtt".equals(scheme) || "tcp".equals(scheme);
        boolean tls = "mqtts".equals(scheme) || "ssl".equals(scheme);
        if (!plain && !tls) {
            throw unfit("its scheme is " + (scheme == null ? "missing" : scheme));
        }
        String host = uri.getHost();
        if (host == null) {
            throw unfit("its host is missing");
        }
        if (!isEmpty(uri.getRawPath()) || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw unfit("something follows the port");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 8883 : 1883;
        return new BrokerAddress(bare, port, tls);
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static LinkException unfit(String why) {
        return new LinkException(
                Reason.UNFIT, "a broker address must be mqtt://host:port or mqtts://host:port: " + why);
    }

    @Override
    public String toString() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (tls ? "mqtts://" : "mqtt://") + shown + ":" + port;
    }
}
