package starling.link.mqtt;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import starling.link.LinkException;
import starling.link.LinkException.Reason;

/** Certificates and private keys in PEM files. */
final class Pem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** DER: version 0, then the algorithm rsaEncryption with NULL. */
    private static final byte[] PKCS8_RSA = {
        2, 1, 0, 0x30, 13, 6, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 13, 1, 1, 1, 5, 0
    };

    /** DER: the object identifier id-ecPublicKey. */
    private static final byte[] EC_PUBLIC_KEY = {6, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

    private record Block(String label, byte[] bytes) {}

    private Pem() {}

    /** All certificates of a file, at least one. */
    static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(PrivateFile.read("a certificate file", file), file)) {
                if (block.label.equals("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.bytes)));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new LinkException(
                    Reason.UNFIT, "a certificate file must hold X.509 certificates: one in " + file + " is broken", e);
        }
        if (certificates.isEmpty()) {
            throw new LinkException(
                    Reason.UNFIT, "a certificate file must hold at least one PEM certificate: " + file + " has none");
        }
        return certificates;
    }

    /** The one private key of a file: PKCS#8, PKCS#1 (RSA) or SEC 1 (EC), unencrypted. */
    static PrivateKey privateKey(Path file) {
        List<Block> keys = blocks(PrivateFile.readSecret("a key file", file), file).stream()
                .filter(block -> block.label.endsWith("PRIVATE KEY"))
                .toList();
        if (keys.size() != 1) {
            throw new LinkException(
                    Reason.UNFIT, "a key file must hold one PEM private key: " + file + " has " + keys.size());
        }
        Block key = keys.get(0);
        byte[] pkcs8 =
                switch (key.label) {
                    case "PRIVATE KEY" -> key.bytes;
                    case "RSA PRIVATE KEY" -> der(0x30, PKCS8_RSA, der(4, key.bytes));
                    case "EC PRIVATE KEY" ->
                        der(
                                0x30,
                                new byte[] {2, 1, 0},
                                der(0x30, EC_PUBLIC_KEY, curve(key.bytes, file)),
                                der(4, key.bytes));
                    default ->
                        throw new LinkException(
                                Reason.UNFIT,
                                "a key file must hold an unencrypted private key: " + file + " holds an " + key.label);
                };
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                // Not of this algorithm: the next one is tried.
            }
        }
        throw new LinkException(
                Reason.UNFIT, "a key file must hold an RSA, EC or EdDSA key: that in " + file + " is none of them");
    }

    private static List<Block> blocks(String text, Path file) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new LinkException(Reason.UNFIT, "a PEM block must be Base64: one in " + file + " is not", e);
            }
        }
        return blocks;
    }

    /** The object identifier of the curve: the content of the element [0] of a SEC 1 key. */
    private static byte[] curve(byte[] sec1, Path file) {
        // SEQUENCE { INTEGER 1, OCTET STRING, [0] { OBJECT IDENTIFIER }, ... }: all short enough for lengths of one
        // byte, but the outer one.
        int at = 1 + (sec1.length > 1 && sec1[1] < 0 ? 1 + (sec1[1] & 0x7F) : 1);
        while (at + 1 < sec1.length) {
            int length = sec1[at + 1] & 0xFF;
            if ((sec1[at] & 0xFF) == 0xA0 && length < 128 && at + 2 + length <= sec1.length) {
                return Arrays.copyOfRange(sec1, at + 2, at + 2 + length);
            }
            at += 2 + length;
        }
        throw new LinkException(Reason.UNFIT, "an EC key must name its curve: that in " + file + " does not");
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = body.size();
        if (length < 128) {
            out.write(length);
        } else {
            int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | bytes);
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
                out.write(length >>> shift);
            }
        }
        out.writeBytes(body.toByteArray());
        return out.toByteArray();
    }
}
