"""What companies are called, and what they say of themselves."""

from typing import Final

from services.core.rendering.words import listed

COMPANY_SUFFIXES: Final = ("Inc", "LLC", "Group", "and Sons")

BS_ADJECTIVES: Final = listed(
    """agile, back-end, best-of-breed, bleeding-edge, bold, bricks-and-clicks, clear, clicks-and-mortar, collaborative,
    compelling, connected, cross-media, cross-platform, customized, cutting-edge, data-driven, distributed, dot-com,
    dynamic, efficient, elastic, end-to-end, enterprise, extensible, fast, frictionless, front-end, global, granular,
    holistic, human, innovative, integrated, interactive, intuitive, lean, magnetic, mission-critical, mobile, modern,
    multi-channel, next-generation, omni-channel, one-to-one, open, open-source, plug-and-play, proactive, real-time,
    resilient, revolutionary, robust, scalable, seamless, sharp, smart, sticky, strategic, sustainable, synergistic,
    transparent, turn-key, user-centric, value-added, vertical"""
)

BS_BUZZ: Final = listed(
    """accelerate, adapt, aggregate, align, amplify, architect, automate, benchmark, brand, build, champion, connect,
    cultivate, deliver, deploy, design, disrupt, drive, embrace, empower, enable, engage, engineer, enhance, envision,
    evolve, expand, expedite, exploit, extend, facilitate, generate, grow, harness, implement, incubate, innovate,
    integrate, iterate, launch, leverage, matrix, maximize, mesh, monetize, optimize, orchestrate, productize,
    reinvent, repurpose, revolutionize, scale, seize, streamline, synthesize, target, transform, unleash, utilize,
    visualize"""
)

BS_NOUNS: Final = listed(
    """action-items, alliances, applications, architectures, audiences, bandwidth, benefits, channels, communities,
    content, conversions, convergence, customers, deliverables, e-business, e-commerce, ecosystems, experiences,
    functionalities, infrastructures, initiatives, insights, interfaces, journeys, markets, methodologies, metrics,
    mindshare, models, networks, niches, paradigms, partnerships, platforms, portals, relationships, schemas, segments,
    services, solutions, supply-chains, synergies, systems, technologies, users"""
)

CATCH_PHRASE_ADJECTIVES: Final = listed(
    """Adaptive, Advanced, Affordable, Ambient, Assured, Automated, Balanced, Business-focused, Centralized, Certified,
    Cloned, Compatible, Complete, Configurable, Connected, Cross-group, Customer-focused, Customizable, Decentralized,
    Dedicated, Deliberate, Dependable, Digital, Distributed, Diverse, Down-sized, Durable, Elastic, Enhanced,
    Enterprise-wide, Ergonomic, Exclusive, Expanded, Extended, Face-to-face, Flexible, Focused, Front-line,
    Function-based, Fundamental, Future-proof, Grass-roots, Guided, Hardened, Horizontal, Immersive, Implemented,
    Improved, Innovative, Integrated, Intuitive, Inverse, Layered, Lightweight, Managed, Mandatory, Measured,
    Monitored, Multi-channeled, Multi-layered, Networked, Object-based, Open-source, Operative, Optimized, Optional,
    Organic, Organized, Persistent, Phased, Polished, Portable, Pre-emptive, Proactive, Profound, Progressive,
    Quality-focused, Reactive, Realigned, Reduced, Refined, Reliable, Responsive, Reverse-engineered, Robust, Rounded,
    Seamless, Secured, Self-enabling, Sharable, Stand-alone, Streamlined, Switchable, Synchronised, Team-oriented,
    Total, Triple-buffered, Universal, User-friendly, Versatile"""
)

CATCH_PHRASE_DESCRIPTORS: Final = listed(
    """24 hour, 24/7, 3rd generation, 4th generation, 5th generation, 6th generation, actuating, analyzing, asymmetric,
    asynchronous, attitude-oriented, background, bandwidth-monitored, bi-directional, bifurcated, bottom-line,
    clear-thinking, client-driven, client-server, coherent, cohesive, composite, content-based, context-sensitive,
    contextually-based, dedicated, demand-driven, didactic, directional, discrete, disintermediate, dynamic,
    eco-centric, empowering, encompassing, even-keeled, executive, explicit, exuding, fault-tolerant, foreground,
    fresh-thinking, full-range, global, grid-enabled, heuristic, high-level, holistic, homogeneous, human-resource,
    hybrid, impactful, incremental, intangible, interactive, intermediate, leading edge, local, logistical, maximized,
    methodical, mission-critical, mobile, modular, motivating, multi-state, multi-tasking, multimedia, national,
    needs-based, neutral, next generation, non-volatile, object-oriented, optimal, optimizing, radical, real-time,
    reciprocal, regional, responsive, scalable, secondary, solution-oriented, stable, static, system-worthy,
    systematic, tangible, tertiary, transitional, uniform, upward-trending, user-facing, value-added, web-enabled,
    well-modulated, zero administration, zero defect, zero latency, zero tolerance"""
)

CATCH_PHRASE_NOUNS: Final = listed(
    """ability, access, adapter, algorithm, alliance, analyzer, application, approach, architecture, archive, array,
    artificial intelligence, attitude, benchmark, budgetary management, capability, capacity, challenge, circuit,
    collaboration, complexity, concept, conglomeration, contingency, core, customer loyalty, data warehouse, database,
    definition, emulation, encoding, encryption, extranet, firmware, flexibility, focus group, forecast, frame,
    framework, function, functionality, graphic interface, groupware, hardware, help desk, hierarchy, hub,
    implementation, info mediary, infrastructure, initiative, installation, instruction set, interface, intranet,
    knowledge base, knowledge user, leverage, local area network, matrix, methodology, middleware, migration, model,
    moderator, monitoring, moratorium, neural net, open architecture, open system, orchestration, paradigm,
    parallelism, policy, portal, pricing structure, process improvement, product, productivity, project, projection,
    protocol, secured line, service desk, software, solution, standardization, strategy, structure, success,
    superstructure, support, synergy, system engine, task force, throughput, time frame, toolset, utilization, website,
    workforce, workflow, workspace, yardstick"""
)
