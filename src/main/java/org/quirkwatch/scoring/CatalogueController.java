package org.quirkwatch.scoring;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Problems;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Which model is hosted.
@Tag(name = "Catalogue", description = "The models and detectors that the service has.")
@RestController
@RequestMapping(path = "/v1", produces = MediaType.APPLICATION_JSON_VALUE)
final class CatalogueController {

    private final ModelDocument model;

    CatalogueController(Detectors detectors) {
        this.model = ModelDocument.of(detectors.model());
    }

    @Operation(operationId = "listModels", summary = "List the models")
    @GetMapping("/models")
    ModelDocument.Listing models() {
        return new ModelDocument.Listing(List.of(model));
    }

    @Operation(operationId = "getModel", summary = "Describe a model")
    @Problems(ProblemCode.NOT_FOUND)
    @GetMapping("/models/{id}")
    ModelDocument model(
            @Parameter(description = "The model's id.", example = "quirky-addition") @PathVariable
                    String id) {
        if (!id.equals(model.id())) {
            throw new Problem(
                    ProblemCode.NOT_FOUND,
                    "there is no model \"%s\", only \"%s\"".formatted(id, model.id()));
        }
        return model;
    }
}
