package starling.models.onnx.file;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.HashSet;
import java.util.Set;
import starling.models.UnfitException;

/**
 * What a model says about itself before its graph: the ONNX version, the operator sets, and features that would change the
 * meaning of the graph. The ranges are those for which ONNX Runtime 1.26 guarantees results; a newer version is refused,
 * never guessed at.
 */
final class HeaderCheck {
    static final long OLDEST_IR = 3;
    static final long NEWEST_IR = 13;
    static final long OLDEST_OPSET = 7;
    static final long NEWEST_OPSET = 26;
    static final long NEWEST_ML_OPSET = 5;
    static final String ML_DOMAIN = "ai.onnx.ml";

    private HeaderCheck() {}

    /** The two names of the standard domain are one. */
    static String canonicalDomain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    static boolean isStandard(String canonicalDomain) {
        return canonicalDomain.isEmpty() || canonicalDomain.equals(ML_DOMAIN);
    }

    static void check(ModelProto model) {
        if (!model.hasIrVersion()) {
            throw new UnfitException("not an ONNX model: it has no IR version");
        }
        requireWithin("IR version", model.getIrVersion(), OLDEST_IR, NEWEST_IR);
        if (!model.hasGraph()) {
            throw new UnfitException("not an ONNX model: it has no graph");
        }
        if (model.getFunctionsCount() > 0) {
            throw new UnfitException("model-local functions are not supported, and the model defines "
                    + Wording.quote(model.getFunctions(0).getName()));
        }
        if (model.getTrainingInfoCount() > 0) {
            throw new UnfitException(
                    "training graphs inside a model are not supported, and it has " + model.getTrainingInfoCount());
        }
        Set<String> domains = new HashSet<>();
        for (OperatorSetIdProto set : model.getOpsetImportList()) {
            String domain = canonicalDomain(set.getDomain());
            if (!domains.add(domain)) {
                throw new UnfitException(
                        "an operator set may be imported once, and " + name(domain) + " is imported twice");
            }
            if (domain.isEmpty()) {
                requireWithin("operator set version", set.getVersion(), OLDEST_OPSET, NEWEST_OPSET);
            } else if (domain.equals(ML_DOMAIN)) {
                requireWithin("operator set version of " + ML_DOMAIN, set.getVersion(), 1, NEWEST_ML_OPSET);
            }
        }
        if (!domains.contains("")) {
            throw new UnfitException("the model does not say which version of the standard operator set it uses");
        }
    }

    private static void requireWithin(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new UnfitException(what + " must lie between " + least + " and " + most + ": " + value);
        }
    }

    private static String name(String canonicalDomain) {
        return canonicalDomain.isEmpty() ? "the standard one" : Wording.quote(canonicalDomain);
    }
}
