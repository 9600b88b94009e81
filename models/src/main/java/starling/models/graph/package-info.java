/** A read view of an ONNX graph, the arithmetic on its shapes and constants, and the building of new ones. */
@NullMarked
package starling.models.graph;

import org.jspecify.annotations.NullMarked;
