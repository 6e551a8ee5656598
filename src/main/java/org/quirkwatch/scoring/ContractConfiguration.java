package org.quirkwatch.scoring;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.servers.Server;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// What the published contract says of the service as a whole.
@Configuration(proxyBeanMethods = false)
class ContractConfiguration {

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(
                        new Info()
                                .title("Quirkwatch")
                                .version("1")
                                .description(
                                        "Mechanistic anomaly detection as a service: a calibrated"
                                                + " verdict beside the forward pass. Every error is"
                                                + " application/problem+json (RFC 9457).")
                                .license(new License().name("Apache-2.0").identifier("Apache-2.0")))
                // Without it the address of the request would stand in the contract.
                .servers(List.of(new Server().url("/").description("This service")));
    }
}
