package starling.router.serve;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.link.frame.ElementType;
import starling.router.inference.FillPolicy;

/**
 * What was said about a router, in a file or on the command line; null where nothing was. The keys of the file are the long options without
 * their dashes, so {@code maxInFlight} is {@code max-in-flight} and {@code --max-in-flight}; what they mean is in {@link ServeCommand}.
 */
record RouterConfig(
        @Nullable Path bundle,
        @Nullable String fleet,
        @Nullable String broker,
        @Nullable Path credentials,
        @Nullable Path tls,
        @Nullable String listen,
        @Nullable Path users,
        @Nullable Path rules,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        @Nullable Path tlsClientAuthority,
        @Nullable Boolean anonymous,
        @Nullable String http,
        @Nullable Long deadline,
        @Nullable FillPolicy policy,
        @Nullable Integer maxInFlight,
        @Nullable Integer quorum,
        @Nullable ElementType elementType,
        @Nullable Path readyFile) {

    /** Nothing was said. */
    static final RouterConfig EMPTY = new RouterConfig(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null);

    /** What this says, and where it says nothing what the other says. */
    RouterConfig over(RouterConfig other) {
        return new RouterConfig(
                first(bundle, other.bundle),
                first(fleet, other.fleet),
                first(broker, other.broker),
                first(credentials, other.credentials),
                first(tls, other.tls),
                first(listen, other.listen),
                first(users, other.users),
                first(rules, other.rules),
                first(tlsCertificate, other.tlsCertificate),
                first(tlsKey, other.tlsKey),
                first(tlsClientAuthority, other.tlsClientAuthority),
                first(anonymous, other.anonymous),
                first(http, other.http),
                first(deadline, other.deadline),
                first(policy, other.policy),
                first(maxInFlight, other.maxInFlight),
                first(quorum, other.quorum),
                first(elementType, other.elementType),
                first(readyFile, other.readyFile));
    }

    /** The same with all paths relative to a folder. */
    RouterConfig in(Path folder) {
        return new RouterConfig(
                resolve(folder, bundle),
                fleet,
                broker,
                resolve(folder, credentials),
                resolve(folder, tls),
                listen,
                resolve(folder, users),
                resolve(folder, rules),
                resolve(folder, tlsCertificate),
                resolve(folder, tlsKey),
                resolve(folder, tlsClientAuthority),
                anonymous,
                http,
                deadline,
                policy,
                maxInFlight,
                quorum,
                elementType,
                resolve(folder, readyFile));
    }

    /** The keys that only a broker of one's own needs, and that were said. */
    List<String> ofOwnBroker() {
        Map<String, @Nullable Object> keys = new LinkedHashMap<>();
        keys.put("listen", listen);
        keys.put("users", users);
        keys.put("rules", rules);
        keys.put("tls-certificate", tlsCertificate);
        keys.put("tls-key", tlsKey);
        keys.put("tls-client-authority", tlsClientAuthority);
        keys.put("anonymous", anonymous);
        return keys.keySet().stream().filter(key -> keys.get(key) != null).toList();
    }

    private static <T> @Nullable T first(@Nullable T one, @Nullable T two) {
        return one == null ? two : one;
    }

    private static @Nullable Path resolve(Path folder, @Nullable Path path) {
        return path == null ? null : folder.resolve(path);
    }
}
