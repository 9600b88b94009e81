package starling.router.broker;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The files of a broker that speaks TLS (1.2 or 1.3).
 *
 * @param certificate its certificate and those between it and the authority, PEM
 * @param key its private key, PEM, PKCS #8, not encrypted; nobody but the owner may read it
 * @param clientAuthority where given, every client must show a certificate that one of these authorities (PEM) signed, and
 *     whose common name is the client's user name
 */
public record BrokerTls(Path certificate, Path key, Optional<Path> clientAuthority) {}
