package starling.models.onnx.file;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** Message digests of whole files, in lower-case hexadecimal. */
final class Digests {
    private Digests() {}

    static String hex(String algorithm, ByteString content) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            content.asReadOnlyByteBufferList().forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    /** The digest of a model and its external files, see {@link LoadedModel#sha256}. */
    static String ofModel(ByteString model, Map<String, ByteString> external) {
        String own = hex("SHA-256", model);
        if (external.isEmpty()) {
            return own;
        }
        StringBuilder lines = new StringBuilder(own).append("  \n");
        external.forEach((location, content) -> lines.append(hex("SHA-256", content))
                .append("  ")
                .append(location)
                .append('\n'));
        return hex("SHA-256", ByteString.copyFrom(lines.toString(), StandardCharsets.UTF_8));
    }
}
