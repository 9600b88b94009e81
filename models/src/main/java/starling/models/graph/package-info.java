/** A read view of an ONNX graph, the building of new ones, and running them to learn real shapes and signals. */
@NullMarked
package starling.models.graph;

import org.jspecify.annotations.NullMarked;
