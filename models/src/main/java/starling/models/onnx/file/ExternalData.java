package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Brings tensors that live in files of their own into the model. Each file is read once, tensors share its bytes. A tensor
 * names a location below the model's folder and optionally offset, length (both non-negative decimal numbers; by default 0
 * and what the shape needs) and the file's SHA-1 checksum; anything else is refused.
 */
final class ExternalData {
    private static final Set<String> KEYS = Set.of("location", "offset", "length", "checksum");

    private final @Nullable ModelFolder folder;
    private final LoadLimits limits;
    private long bytesLeft;
    private final TreeMap<String, ByteString> files = new TreeMap<>();

    /** Without a folder every reference is refused. */
    ExternalData(@Nullable ModelFolder folder, LoadLimits limits, long modelBytes) {
        this.folder = folder;
        this.limits = limits;
        this.bytesLeft = limits.maxFileBytes() - modelBytes;
    }

    /** The files that were read, by location. */
    Map<String, ByteString> files() {
        return files;
    }

    /** Replaces every reference in place. */
    void inline(GraphProto.Builder graph) throws IOException {
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (refers(tensor)) {
                graph.setInitializer(i, read(tensor, "tensor " + Wording.quote(tensor.getName())));
            }
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            for (int a = 0; a < node.getAttributeCount(); a++) {
                AttributeProto attribute = node.getAttribute(a);
                if (refers(attribute.getT())
                        || attribute.getTensorsList().stream().anyMatch(ExternalData::refers)) {
                    String owner =
                            "attribute " + Wording.quote(attribute.getName()) + " of " + GraphCheck.describe(node);
                    graph.setNode(i, graph.getNode(i).toBuilder().setAttribute(a, read(attribute, owner)));
                }
            }
        }
    }

    private static boolean refers(TensorProto tensor) {
        return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0;
    }

    private AttributeProto read(AttributeProto attribute, String owner) throws IOException {
        AttributeProto.Builder inlined = attribute.toBuilder();
        if (refers(attribute.getT())) {
            inlined.setT(read(attribute.getT(), owner));
        }
        for (int i = 0; i < attribute.getTensorsCount(); i++) {
            if (refers(attribute.getTensors(i))) {
                inlined.setTensors(i, read(attribute.getTensors(i), owner));
            }
        }
        return inlined.build();
    }

    private TensorProto read(TensorProto tensor, String owner) throws IOException {
        if (folder == null) {
            throw new UnfitException(owner + " keeps its values in another file, which is not allowed here");
        }
        if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
            throw new UnfitException(owner + " names external data but says that it keeps its own");
        }
        if (tensor.hasRawData()) {
            throw new UnfitException(
                    owner + " holds values both in raw_data and in another file; one place is allowed");
        }
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            if (!KEYS.contains(entry.getKey())) {
                throw new UnfitException(owner + " has the unknown external data key " + Wording.quote(entry.getKey()));
            }
            if (entries.put(entry.getKey(), entry.getValue()) != null) {
                throw new UnfitException(
                        owner + " has the external data key " + Wording.quote(entry.getKey()) + " twice");
            }
        }
        String location = entries.get("location");
        if (location == null) {
            throw new UnfitException(owner + " keeps its values in another file but does not name it");
        }
        long declared = new TensorCheck(limits.maxTensorElements()).declaredBytes(tensor, owner);
        long offset = number(entries.getOrDefault("offset", "0"), "offset", owner);
        long length =
                entries.containsKey("length") ? number(entries.getOrDefault("length", ""), "length", owner) : declared;
        ByteString file = file(location, owner);
        if (offset > file.size() || length > file.size() - offset) {
            throw new UnfitException(owner + " asks for " + length + " bytes at offset " + offset + " of "
                    + Wording.quote(location) + ", which has " + file.size() + " bytes");
        }
        String checksum = entries.get("checksum");
        if (checksum != null && !checksum.toLowerCase(Locale.ROOT).equals(Digests.hex("SHA-1", file))) {
            throw new UnfitException("the SHA-1 checksum of external data " + Wording.quote(location) + " is not "
                    + Wording.quote(checksum) + " as " + owner + " says");
        }
        return tensor.toBuilder()
                .clearExternalData()
                .clearDataLocation()
                .setRawData(file.substring((int) offset, (int) (offset + length)))
                .build();
    }

    private ByteString file(String location, String owner) throws IOException {
        ByteString known = files.get(location);
        if (known != null) {
            return known;
        }
        if (folder == null) {
            throw new UnfitException(owner + " keeps its values in another file, which is not allowed here");
        }
        byte[] bytes;
        try {
            bytes = folder.read(location, bytesLeft);
        } catch (UnfitException e) {
            throw new UnfitException(owner + ": " + e.getMessage(), e);
        }
        bytesLeft -= bytes.length;
        ByteString content = UnsafeByteOperations.unsafeWrap(bytes);
        files.put(location, content);
        return content;
    }

    /** A decimal number without sign; at most 18 digits, so that sums cannot overflow. */
    private static long number(String text, String key, String owner) {
        boolean digits = !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw new UnfitException("the external data " + key + " of " + owner
                    + " must be a number of at most 18 digits: " + Wording.quote(text));
        }
        return Long.parseLong(text);
    }
}
