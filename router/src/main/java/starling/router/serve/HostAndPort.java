package starling.router.serve;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import starling.models.UnfitException;

/**
 * Where to listen.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param port 0 for any free one
 */
public record HostAndPort(String host, int port) {
    private static final int HIGHEST = 65_535;

    /**
     * Parses {@code host:port}, {@code [ipv6]:port}.
     *
     * @param what what it is for, in the sentence
     * @throws UnfitException when it is anything else
     */
    public static HostAndPort parse(String what, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean brackets = host.startsWith("[") && host.endsWith("]");
        if (brackets) {
            host = host.substring(1, host.length() - 1);
        }
        int port = -1;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw unfit(what, text);
        }
        if (host.isEmpty() || (host.indexOf(':') >= 0 && !brackets) || port < 0 || port > HIGHEST) {
            throw unfit(what, text);
        }
        return new HostAndPort(host, port);
    }

    private static UnfitException unfit(String what, String text) {
        return new UnfitException(
                what + " must be HOST:PORT with a port of 0 to " + HIGHEST + ": it is '" + text + "'");
    }

    /** The address, resolved. */
    public InetSocketAddress resolve() {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnfitException("the host to listen on must be one of this machine: '" + host + "' is unknown");
        }
        return address;
    }

    /** Whether only this machine reaches it. */
    boolean isLoopback() {
        return resolve().getAddress().isLoopbackAddress();
    }

    /** The host by which this machine itself reaches it. */
    public String reachable() {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress()
                    ? InetAddress.getLoopbackAddress().getHostAddress()
                    : host;
        } catch (UnknownHostException e) {
            throw new UnfitException("the host to listen on must be one of this machine: '" + host + "' is unknown", e);
        }
    }
}
